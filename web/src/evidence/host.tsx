// Evidence for an address or a prefix: what the store knows of it as a source.
import { useAsk } from '../api/use_ask';
import { say } from '../language';
import { countryName, serviceOf, short, timeOf, whole } from '../language/format';
import { ClassMark } from '../parts/class_mark';
import { hostPath } from '../parts/entity';
import { State } from '../parts/panel';
import { TimeSeries } from '../parts/time_series';
import { TopList } from '../parts/top_list';
import { term } from '../state/filter';
import { askedBounds } from '../state/store';
import type { EvidenceProps } from '../frame/drawer';

export default function Host({ of }: EvidenceProps) {
  const host = useAsk('/api/v1/hosts/{host}', { top: 8 }, { parts: { host: of } });
  const known = host.data;
  return (
    <State asked={[host]} isEmpty={known?.packets === 0}>
      {known && (
        <>
          <p class="to-page"><a class="entity" href={hostPath(of)}>{say('entity.open')}</a></p>
          <dl class="facts">
            <dt>{say('host.packets')}</dt>
            <dd>{whole(known.packets)}</dd>
            <dt>{say('host.first')}</dt>
            <dd>{timeOf(known.first)}</dd>
            <dt>{say('host.last')}</dt>
            <dd>{timeOf(known.last)}</dd>
            <dt>{say('host.where')}</dt>
            <dd>{known.countries.map((each) => countryName(each.country)).join(', ') || say('none')}</dd>
            <dt>AS</dt>
            <dd>{known.as.map((each) => (each.as === null ? say('none') : `AS${each.as} ${each.name ?? ''}`)).join(', ')}</dd>
            <dt>{say('host.destinations')}</dt>
            <dd>{whole(known.destinations)}</dd>
            <dt>{say('host.classes')}</dt>
            <dd>{known.classes.map((each) => <div key={each.class}><ClassMark of={each.class} /> {short(each.packets)}</div>)}</dd>
            {known.fingerprints.length > 0 && <dt>{say('host.tools')}</dt>}
            {known.fingerprints.length > 0 && <dd>{known.fingerprints.map((each) => each.name).join(', ')}</dd>}
            {known.known_scanners.length > 0 && <dt>{say('host.scanners')}</dt>}
            {known.known_scanners.length > 0 && <dd>{known.known_scanners.map((each) => each.organisation).join(', ')}</dd>}
            <dt>{say('host.events')}</dt>
            <dd>{whole(known.event_count)}</dd>
          </dl>
          <h3 class="section">{say('host.hours')}</h3>
          <div style={{ height: '120px', display: 'flex' }}>
            <Hours hours={known.hours} />
          </div>
          <h3 class="section">{say('host.ports')} ({whole(known.port_count)})</h3>
          <TopList rows={known.ports.map((each) => ({
            key: `${each.protocol}${each.port}`,
            name: `${each.port}/${each.protocol}`,
            more: serviceOf(each.port),
            count: each.packets,
            term: term('dst.port', each.port),
          }))} />
        </>
      )}
    </State>
  );
}

function Hours({ hours }: { hours: { time: string | null; packets: number }[] }) {
  const known = hours.filter((each) => each.time !== null).sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1));
  const times = known.map((each) => Date.parse(each.time ?? '') / 1000);
  return (
    <TimeSeries times={times} label={say('host.hours')} bounds={times.length < 2 ? askedBounds.value : null}
      series={[{ name: say('host.packets'), values: known.map((each) => each.packets), isArea: true }]} />
  );
}
