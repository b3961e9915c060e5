// The report as a document: what the page shows, what is printed, and what goes into the file.
import { className, pick, say as common } from '../../language';
import { countryName, percent, serviceOf, short, whole } from '../../language/format';
import { term } from '../../state/filter';
import { toggleTerm } from '../../state/store';
import type { Report, Row } from './made';
import { Notable } from './notable_section';
import { say } from './words';

const portName = (of: Row): string => {
  const service = of.port === undefined ? null : serviceOf(of.port);
  return `${of.port ?? say('none')}/${of.protocol ?? ''}${service ? ` (${service})` : ''}`;
};
/** Of different sources more than this are estimated (docs/counting.md). */
const mostExact = 1000;
const sourcesText = (of: number): string => (of > mostExact ? `≈ ${short(of)}` : whole(of));
export function Paper({ of }: { of: Report }) {
  const { totals, before } = of;
  return (
    <article class="report-paper">
      <header>
        <h1>{say('title', { name: of.period.name })}</h1>
        <p>
          {say('span', { from: (of.period.from ?? '').slice(0, 10), to: (of.period.to ?? '').slice(0, 10) })}
          {before && ` · ${say('compared', { name: of.earlier.name })}`}
        </p>
        {!of.is_over && <p class="open">{say('open')}</p>}
        {of.filter && <p>{say('filtered', { filter: of.filter })}</p>}
      </header>
      <section>
        <h2>{say('changed')}</h2>
        <ul class="facts-said">{of.changes.map((each, i) => <li key={i}>{pick(each.text)}</li>)}</ul>
      </section>
      <section class="numbers">
        <Number name={say('packets')} value={short(totals.packets)} under={before ? say('before.value', { value: short(before.packets) }) : whole(totals.packets)} />
        <Number name={say('sources')} value={sourcesText(totals.sources)} under={before ? say('before.value', { value: sourcesText(before.sources) }) : ''} />
        <Number name={say('per.address')} value={short(totals.packets_per_address)} under={say('per.address.under', { count: whole(of.addresses) })} />
        <Number name={say('events')} value={short(of.events.count)} />
        <Number name={say('attacks')} value={short(of.attacks.count)} />
      </section>
      {of.days.length > 1 && <Days of={of.days} />}
      {of.notable?.findings && <Notable of={of.notable.findings} />}
      <div class="lists">
        <List title={say('ports')} rows={of.ports} name={portName} term={(each) => (each.port === undefined ? null : term('dst.port', each.port))} />
        <List title={say('countries')} rows={of.countries} name={(each) => countryName(each.country)} term={(each) => term('country', each.country ?? null)} />
        <List title={say('as')} rows={of.as} name={(each) => (each.as ? `${each.name ?? ''} AS${each.as}`.trim() : common('none'))} term={(each) => term('as', each.as ?? null)} />
        <List title={say('tools')} rows={of.tools} name={(each) => each.tool ?? say('none')} term={(each) => term('tool', each.tool ?? null)} />
        <List title={say('classes')} rows={of.classes} name={(each) => className(each.class ?? '')} term={(each) => term('class', each.class ?? null)} />
        <List title={say('scanners')} rows={of.scanners} name={(each) => each.scanner ?? say('none')} term={(each) => term('scanner', each.scanner ?? null)} />
      </div>
      <footer>{say('made', { version: of.kizashi, store: of.store, method: say('method'), caveat: say('caveat') })}</footer>
    </article>
  );
}

const Number = (of: { name: string; value: string; under?: string }) => (
  <div><span>{of.name}</span><b>{of.value}</b><small>{of.under ?? ''}</small></div>
);

/** Bars as SVG and not on a canvas: they are printed, and go into the file, and are at most 366. */
function Days({ of }: { of: Report['days'] }) {
  const most = Math.max(1, ...of.map((each) => each.packets));
  const step = 1000 / of.length;
  const every = Math.ceil(of.length / 10);
  return (
    <section>
      <h2>{say('days')}</h2>
      <svg class="days" viewBox="0 0 1000 190" role="img" aria-label={say('days')}>
        <text x="0" y="12">{short(most)}</text>
        {of.map((each, i) => {
          const size = (each.packets / most) * 145;
          return (
            <g key={each.day}>
              <rect x={i * step + step * 0.1} y={165 - size} width={step * 0.8} height={Math.max(1, size)}>
                <title>{`${each.day ?? ''}: ${whole(each.packets)}`}</title>
              </rect>
              {i % every === 0 && <text x={i * step + step * 0.1} y="184">{(each.day ?? '').slice(5)}</text>}
            </g>
          );
        })}
      </svg>
    </section>
  );
}

function changeOf(of: Row): string {
  if (of.before === null) return '';
  if (of.change === null) return say('new');
  const part = Math.round(of.change * 100);
  return part === 0 ? '±0 %' : `${part > 0 ? '+' : '−'}${Math.abs(part).toLocaleString('en-US')} %`;
}

function List(of: { title: string; rows: readonly Row[]; name: (each: Row) => string; term: (each: Row) => string | null }) {
  const rows = of.rows.slice(0, 10);
  const most = Math.max(1e-9, ...rows.map((each) => each.share));
  const hasChange = rows.some((each) => each.before !== null);
  return (
    <section>
      <h2>{of.title}</h2>
      {rows.length === 0 ? <p class="quiet">{say('nothing')}</p> : (
        <table>
          <thead>
            <tr><th /><th>{say('packets')}</th><th>{say('sources')}</th><th>{say('share')}</th>{hasChange && <th>{say('change')}</th>}</tr>
          </thead>
          <tbody>
            {rows.map((each) => {
              const wanted = of.term(each);
              return (
                <tr key={of.name(each)}>
                  <td>
                    <i style={{ width: `${(each.share / most) * 100}%` }} />
                    {wanted ? <button type="button" title={common('filter.add', { term: wanted })} onClick={() => toggleTerm(wanted)}>{of.name(each)}</button> : <span>{of.name(each)}</span>}
                  </td>
                  <td>{whole(each.packets)}</td>
                  <td>{whole(each.sources)}</td>
                  <td>{percent(each.share)}</td>
                  {hasChange && <td>{changeOf(each)}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}
