// One finding: its sentence, how far it is above its threshold, the series that it stands on, what changed, its sources,
// the method.
import { useState } from 'preact/hooks';
import { urlOf } from '../../api/client';
import { hasRoute } from '../../api/routes';
import { useAskUrl } from '../../api/use_ask';
import { evidenceOf, findingFrom, serviceName, termOf, type EvidenceSeries, type Finding } from '../../finding/finding';
import { LevelMark } from '../../finding/level_mark';
import { reasonOf } from '../../finding/reason';
import { kindText } from '../../finding/rows';
import { say as word } from '../../finding/words';
import { percent, short, spanText, time, whole } from '../../language/format';
import { lineColor } from '../../look/palette';
import { WithDocLinks } from '../../parts/doc_link';
import { HostLink, PortLink } from '../../parts/entity';
import { Panel } from '../../parts/panel';
import { Legend, TimeSeries, type Series } from '../../parts/time_series';
import { withTerm } from '../../state/filter';
import { query, setFilter, setRange } from '../../state/store';
import type { Engine } from './engines';
import { evidenceName, evidenceValue } from './evidence_name';
import { Gauge } from './gauge';
import { say } from './words';

const route = '/api/v1/findings/{finding}';
/** Sources and services that are written out at first. */
const shownSources = 40;
const shownServices = 12;

export function Detail({ id, engines }: { id: string; engines: readonly Engine[] }) {
  const asking = useAskUrl<{ finding?: unknown }>(id !== '' && hasRoute(route) === true ? urlOf(route, {}, { finding: id }) : null);
  const found = findingFrom(asking.data?.finding);
  return (
    <Panel title={say('detail')} span={7} height="var(--findings-height)" {...(id === '' ? {} : { of: asking })} note={found ? <code>{found.id}</code> : undefined}
      explain={{ method: found ? methodOf(found.engine) : word('panel.method'), caveat: word('panel.caveat'), source: found ? pageOf(found, engines) : 'docs/engines' }}
      {...(found && found.series.length > 0 ? { table: () => seriesTable(found.series) } : {})}>
      {id === '' ? <p class="state">{say('detail.none')}</p> : found && <One key={found.id} of={found} engines={engines} />}
    </Panel>
  );
}

const methods = ['change', 'surge', 'graph', 'glasso', 'nmf', 'ntd', 'high_risk', 'sensors', 'fuse'] as const;
function methodOf(engine: string): string {
  const known = methods.find((each) => each === engine);
  return known ? say(`method.${known}`) : say('method.other', { engine });
}
const pageOf = (of: Finding, engines: readonly Engine[]): string =>
  of.page || engines.find((each) => each.name === of.engine)?.page || `docs/engines/${of.engine}.md`;

function One({ of, engines }: { of: Finding; engines: readonly Engine[] }) {
  const term = termOf(of);
  const showTraffic = () => {
    if (term) setFilter(withTerm(query.value.filter, term));
    if (!of.first || !of.last) return;
    const [first, last] = [Date.parse(of.first), Date.parse(of.last)];
    const around = Math.max(3600_000, last - first);
    setRange({ live: false, from: first - around, to: last + around });
  };
  return (
    <div class="findings-one scroll" data-finding={of.id}>
      <p class="findings-head">
        <LevelMark of={of.level} />
        <b>{kindText(of.kind)}</b>
        <span class="findings-services">
          {of.services.slice(0, shownServices).map((each) => (each.port !== null
            ? <PortLink key={serviceName(each)} port={each.port} protocol={each.protocol} /> : <span key={serviceName(each)}>{serviceName(each)}</span>))}
          {of.services.length > shownServices && <span class="quiet">+{of.services.length - shownServices}</span>}
        </span>
        <button type="button" class="button" onClick={showTraffic} title={term ?? ''}>{say('show')}</button>
      </p>
      {of.reason && <p class="findings-reason" {...(reasonOf(of) === of.reason ? { lang: 'en' } : { title: of.reason })}>{reasonOf(of)}</p>}
      {of.series.map((each) => <Evidence key={each.name} of={each} finding={of} />)}
      <div class="findings-columns">
        <section>
          <h3 class="section">{say('what')}</h3>
          <dl class="facts">
            {of.evidence.map((each) => [
              <dt key={each.name}>{evidenceName(each.name)}</dt>,
              <dd key={`${each.name}=`} data-evidence={each.name}>{evidenceValue(each)}</dd>,
            ])}
            {of.evidence.length === 0 && <dd class="quiet">{say('what.none')}</dd>}
          </dl>
        </section>
        <section>
          <h3 class="section">{say('judgement')}</h3>
          {of.score !== null && of.threshold !== null && of.threshold > 0 && <Gauge score={of.score} threshold={of.threshold} />}
          <dl class="facts">
            <dt>{say('when')}</dt>
            <dd class="findings-when">{spanText(of.first, of.last).split(' – ').map((each, i) => <>{i > 0 && ' – '}<span>{each}</span></>)}</dd>
            <dt>{word('column.confidence')}</dt>
            <dd>{of.confidence === null ? '–' : percent(of.confidence)}</dd>
            <dt>{say('sensor')}</dt>
            <dd>{[of.sensor, ...of.sensors].filter(Boolean).join(', ') || '–'}</dd>
          </dl>
        </section>
      </div>
      <Sources of={of} />
      <Method of={of} engine={engines.find((each) => each.name === of.engine) ?? null} page={pageOf(of, engines)} />
    </div>
  );
}

function Method({ of, engine, page }: { of: Finding; engine: Engine | null; page: string }) {
  return (
    <section class="findings-method">
      <h3 class="section">{say('method')}</h3>
      <p>{methodOf(of.engine)}</p>
      <dl class="facts">
        <dt>{say('engine')}</dt>
        <dd>{of.engine}{of.version !== null && <span class="quiet"> {say('version', { version: of.version })}</span>}{(of.title || engine?.title) && `: ${of.title || (engine?.title ?? '')}`}</dd>
        {of.engines.length > 0 && <dt>{say('agree')}</dt>}
        {of.engines.length > 0 && <dd>{of.engines.join(', ')}</dd>}
        {engine?.paper && <dt>{say('paper')}</dt>}
        {engine?.paper && <dd>{engine.paper}</dd>}
        <dt>{say('page')}</dt>
        <dd><WithDocLinks text={page} /></dd>
      </dl>
    </section>
  );
}

const isScore = (of: EvidenceSeries): boolean => /score|statistic/i.test(of.name);

/** The series, what the engine expected or from where on it speaks, and the time of the finding as a band. */
function Evidence({ of, finding }: { of: EvidenceSeries; finding: Finding }) {
  const times = of.values.map((_, i) => of.start / 1000 + i * of.step);
  const line = (name: string, at: number): Series => ({ name, values: of.values.map(() => at), isDashed: true, color: lineColor(1) });
  const expected = evidenceOf(finding, 'expected');
  const series: Series[] = [
    { name: evidenceName(of.name) || say('series'), values: of.values, isArea: true, color: lineColor(0) },
    ...(isScore(of) && finding.threshold !== null ? [line(say('threshold'), finding.threshold)] : expected !== null ? [line(say('expected'), expected)] : []),
  ];
  const band = finding.first && finding.last ? { from: Date.parse(finding.first), to: Date.parse(finding.last) } : null;
  return (
    <figure class="findings-series">
      <figcaption><Legend series={series} /></figcaption>
      <TimeSeries times={times} series={series} label={of.name} {...(band ? { band } : {})}
        bounds={{ from: of.start, to: Math.max(of.start + of.values.length * of.step * 1000, band?.to ?? 0) }} />
    </figure>
  );
}

function seriesTable(all: readonly EvidenceSeries[]) {
  const rows = all.flatMap((of) => of.values.map((value, i) => ({ name: of.name, at: of.start + i * of.step * 1000, value })));
  type Row = (typeof rows)[number];
  return {
    columns: [
      { key: 'name', title: say('series'), value: (each: Row) => each.name },
      { key: 'at', title: say('when'), value: (each: Row) => each.at, cell: (each: Row) => time(each.at, { seconds: false }) },
      { key: 'value', title: say('value'), value: (each: Row) => each.value, cell: (each: Row) => short(each.value), isNumber: true },
    ],
    rows,
  };
}

function Sources({ of }: { of: Finding }) {
  const [isAll, setAll] = useState(false);
  if (of.sourceCount === 0) return null;
  const shown = of.sources.slice(0, isAll ? of.sources.length : shownSources);
  return (
    <section>
      <h3 class="section">{say('sources')} <span class="quiet">{say('sources.of', { shown: whole(shown.length), all: whole(of.sourceCount) })}</span></h3>
      <p class="findings-sources">{shown.map((each) => <HostLink key={each} of={each} />)}</p>
      {of.sources.length > shown.length && <button type="button" class="button" onClick={() => setAll(true)}>{say('sources.more', { count: whole(of.sources.length) })}</button>}
    </section>
  );
}
