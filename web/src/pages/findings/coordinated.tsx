// Scan events that are found to be coordinated: the finding that each server has, with engines or without.
import { useAsk } from '../../api/use_ask';
import { whole } from '../../language/format';
import { Panel } from '../../parts/panel';
import { Table } from '../../parts/table';
import { withTerm } from '../../state/filter';
import { asked, filter, show } from '../../state/store';
import { eventColumns } from '../entity/events';
import { say } from './words';

export function CoordinatedPanel() {
  const of = asked.value;
  const asking = useAsk('/api/v1/events', of && { ...of, filter: withTerm(filter.value, 'pattern == coordinated'), limit: 500 });
  const rows = asking.data?.rows ?? [];
  return (
    <Panel title={say('coordinated')} span={12} height={rows.length === 0 ? 120 : 280} of={asking} isBare isEmpty={false} note={rows.length > 0 ? whole(rows.length) : undefined}
      explain={{ method: say('coordinated.method'), source: 'docs/coordination.md' }}>
      {rows.length === 0 ? <p class="state">{say('coordinated.none')}</p>
        : <Table columns={eventColumns({ hasSource: true })} rows={rows} onOpen={(row) => show(`host:${row.source}`)} />}
    </Panel>
  );
}
