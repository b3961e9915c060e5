// What the store knows of an address or prefix as a source, in figures.
import type { Schemas } from '../../api/types';
import type { Asking } from '../../api/use_ask';
import { age, percent, timeOf, whole } from '../../language/format';
import { AsLink, CountryLink } from '../../parts/entity';
import { Panel } from '../../parts/panel';
import type { Entity } from './terms';
import { say } from './words';

export function Facts({ of, host }: { of: Entity; host: Asking<Schemas['host']> }) {
  const known = host.data;
  const span = known?.first && known.last ? (Date.parse(known.last) - Date.parse(known.first)) / 1000 : null;
  return (
    <Panel title={say('facts')} span={4} height={228} of={host} isEmpty={known?.packets === 0}
      explain={{ method: say('facts.method'), source: known?.place_origin ?? '' }}>
      {known && (
        <dl class="facts scroll">
          <dt>{say('packets')}</dt>
          <dd data-fact="packets">{whole(known.packets)}</dd>
          {of.kind === 'prefix' && <dt>{say('sources')}</dt>}
          {of.kind === 'prefix' && <dd>{whole(known.sources)}</dd>}
          <dt>{say('glance.first')}</dt>
          <dd>{timeOf(known.first)}</dd>
          <dt>{say('glance.last')}</dt>
          <dd>{timeOf(known.last)}{span !== null && span >= 1 && <span class="quiet"> {say('facts.span', { age: age(span) })}</span>}</dd>
          <dt>{say('facts.destinations')}</dt>
          <dd>{whole(known.destinations)}</dd>
          <dt>{say('facts.where')}</dt>
          <dd>
            {known.countries.slice(0, 4).map((each, i) => (
              <span key={each.country}>{i > 0 && ', '}{each.country ? <CountryLink of={each.country} /> : say('unknown')}</span>
            ))}
          </dd>
          <dt>AS</dt>
          <dd>
            {known.as.slice(0, 3).map((each, i) => (
              <span key={each.as}>{i > 0 && ', '}{each.as === null ? say('unknown') : <AsLink of={each.as} name={each.name} />}</span>
            ))}
          </dd>
          <dt>{say('facts.sensors')}</dt>
          <dd>{known.sensors.map((each) => `${each.sensor} ${percent(each.packets / Math.max(1, known.packets))}`).join(', ')}</dd>
        </dl>
      )}
    </Panel>
  );
}
