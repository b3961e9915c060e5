// A network, country or port at a glance: how much, of how much, since when, and by what it grew.
import { beforeOf, useTop } from '../../api/statistics';
import { useAsk } from '../../api/use_ask';
import { percent, short, time, timeOf, whole } from '../../language/format';
import { Panel } from '../../parts/panel';
import { ChangeMark } from '../../parts/top_list';
import { asked } from '../../state/store';
import { steepest } from './growth';
import type { Entity } from './terms';
import { say } from './words';

export function Glance({ of }: { of: Entity }) {
  const mine = useTop('hour', 10_000, { term: of.packets, compare: true });
  const all = useAsk('/api/v1/statistics', asked.value);
  const data = mine.data;
  const rows = data?.rows ?? [];
  const growth = steepest(rows);
  const before = data ? beforeOf({ packets: data.packets, wire_bytes: 0, ...(data.before ? { before: data.before } : {}) }) : null;
  const part = data && all.data && all.data.packets > 0 ? data.packets / all.data.packets : null;
  const facts = [
    { key: 'packets', name: say('packets'), text: whole(data?.packets) },
    { key: 'part', name: say('glance.part'), text: part === null ? '–' : percent(part) },
    { key: 'sources', name: say('sources'), text: `${data && !data.sources_exact ? '≈ ' : ''}${whole(data?.sources)}` },
    { key: 'first', name: say('glance.first.range'), text: timeOf(data?.first_minute ?? null, { seconds: false }) },
    { key: 'last', name: say('glance.last.range'), text: timeOf(data?.last_minute ?? null, { seconds: false }) },
  ];
  return (
    <Panel title={say('glance')} span={4} height={254} of={[mine, all]} isEmpty={data?.packets === 0}
      explain={{ method: say('glance.method'), caveat: say('glance.caveat'), source: data?.place_origin ?? 'docs/stats.md' }}
      table={() => ({ columns: [{ key: 'name', title: '', value: (each) => each.name }, { key: 'text', title: '', value: (each) => each.text }], rows: facts })}>
      <dl class="facts">
        {facts.map((each) => (
          <>
            <dt key={each.key}>{each.name}</dt>
            <dd data-fact={each.key}>
              {each.text}
              {each.key === 'packets' && data && before?.packets !== undefined && <> <ChangeMark after={data.packets} before={before.packets} unit={before.unit} /></>}
            </dd>
          </>
        ))}
        {growth && <dt>{say('glance.growth')}</dt>}
        {growth && (
          <dd data-fact="growth" class={growth.factor >= 5 ? 'is-strong' : ''}>
            {say('glance.grew', { before: short(growth.before), after: short(growth.after), time: time(growth.at, { seconds: false }) })}
          </dd>
        )}
      </dl>
    </Panel>
  );
}
