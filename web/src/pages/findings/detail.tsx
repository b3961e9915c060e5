// One finding: its sentence, the series that it stands on with the threshold, its evidence, its sources, its method.
import { useState } from 'preact/hooks';
import { urlOf } from '../../api/client';
import { hasRoute } from '../../api/routes';
import { useAskUrl, type Asking } from '../../api/use_ask';
import { percent, short, timeOf, whole } from '../../language/format';
import { HostLink, PortLink } from '../../parts/entity';
import { Panel } from '../../parts/panel';
import { Legend, TimeSeries, type Series } from '../../parts/time_series';
import { query, setFilter, setRange } from '../../state/store';
import { withTerm } from '../../state/filter';
import { findingFrom, termOf, type EvidenceSeries, type Finding } from './findings';
import { kindText } from '.';
import { LevelMark } from './level_mark';
import { say } from './words';

const route = '/api/v1/findings/{id}';
/** Sources that are written out; the rest is told by number. */
const shownSources = 60;

export function Detail({ of, asking }: { of: Finding | null; asking: Asking<unknown> }) {
  const whole = useAskUrl<Record<string, unknown>>(of && hasRoute(route) ? urlOf(route, {}, { id: of.id }) : null);
  const found = (whole.data && (findingFrom(whole.data['finding'] ?? whole.data) ?? null)) ?? of;
  return (
    <Panel title={say('detail')} span={7} height={520} of={asking} isEmpty={of === null}
      explain={{ method: found ? methodOf(found.engine) : say('findings.method'), caveat: say('findings.caveat'), source: found ? `docs/engines/${found.engine}.md` : 'docs/engines' }}>
      {found && <One key={found.id} of={found} />}
    </Panel>
  );
}

const methods = ['change', 'surge', 'graph', 'glasso', 'nmf', 'ntd', 'high_risk', 'sensors', 'fuse'] as const;
function methodOf(engine: string): string {
  const known = methods.find((each) => each === engine);
  return known ? say(`method.${known}`) : say('method.other', { engine });
}

function One({ of }: { of: Finding }) {
  const term = termOf(of);
  const show = () => {
    if (term) setFilter(withTerm(query.value.filter, term));
    if (!of.first || !of.last) return;
    const [first, last] = [Date.parse(of.first), Date.parse(of.last)];
    const around = Math.max(3600_000, last - first);
    setRange({ live: false, from: first - around, to: last + around });
  };
  return (
    <div class="finding scroll" data-finding={of.id}>
      <p class="finding-head">
        <LevelMark of={of.level} />
        <b>{kindText(of.kind)}</b>
        {of.services.slice(0, 4).map((each, i) => <PortLink key={i} port={each.port} protocol={each.protocol} />)}
        {of.services.length > 4 && <span class="quiet">+{of.services.length - 4}</span>}
        <button type="button" class="button" onClick={show} title={term ?? ''}>{say('show')}</button>
      </p>
      {of.reason && <p class="reason">{of.reason}</p>}
      {of.series.map((each) => <Evidence key={each.name} of={each} finding={of} />)}
      <dl class="facts">
        <dt>{say('when')}</dt>
        <dd>{timeOf(of.first, { seconds: false, zone: false })} – {timeOf(of.last, { seconds: false })}</dd>
        <dt>{say('score')}</dt>
        <dd>{say('score.text', { score: short(of.score), threshold: short(of.threshold) })}{of.confidence !== null && ` · ${say('confidence')} ${percent(of.confidence)}`}</dd>
        <dt>{say('engine')}</dt>
        <dd>{[of.engine, ...of.engines.filter((each) => each !== of.engine)].join(', ')}{of.version !== null && <span class="quiet"> v{of.version}</span>}</dd>
        <dt>{say('sensor')}</dt>
        <dd>{[of.sensor, ...of.sensors].filter(Boolean).join(', ') || '–'}</dd>
        {of.evidence.map((each) => (
          <>
            <dt key={each.name} class="is-evidence">{each.name}</dt>
            <dd>{typeof each.value === 'number' ? short(each.value) : each.value}</dd>
          </>
        ))}
      </dl>
      <Sources of={of} />
      <p class="method"><b>{say('method')}</b> {methodOf(of.engine)}</p>
    </div>
  );
}

function Evidence({ of, finding }: { of: EvidenceSeries; finding: Finding }) {
  const times = of.values.map((_, i) => of.start / 1000 + i * of.step);
  const series: Series[] = [{ name: of.name || say('series'), values: of.values, isArea: true }];
  const isScore = /score|statistic/i.test(of.name);
  if (isScore && finding.threshold !== null)
    series.push({ name: say('threshold'), values: of.values.map(() => finding.threshold), isDashed: true });
  return (
    <figure class="evidence">
      <figcaption><Legend series={series} /></figcaption>
      <TimeSeries times={times} series={series} label={of.name} />
    </figure>
  );
}

function Sources({ of }: { of: Finding }) {
  const [isAll, setAll] = useState(false);
  if (of.sourceCount === 0) return null;
  const shown = of.sources.slice(0, isAll ? of.sources.length : shownSources);
  return (
    <section>
      <h3 class="section">{say('sources')} <span class="quiet">{say('sources.of', { shown: whole(shown.length), all: whole(of.sourceCount) })}</span></h3>
      <p class="addresses">{shown.map((each) => <HostLink key={each} of={each} />)}</p>
      {of.sources.length > shown.length && <button type="button" class="button" onClick={() => setAll(true)}>{say('sources.more', { count: whole(of.sources.length) })}</button>}
    </section>
  );
}
