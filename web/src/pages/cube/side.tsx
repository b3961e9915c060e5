// Beside the Cube: the ports and sources in the picture, or the packets that were drawn around.
import { useMemo } from 'preact/hooks';
import { serviceOf, whole } from '../../language/format';
import { hostPath } from '../../parts/entity';
import { Panel, ToolButton } from '../../parts/panel';
import { Table, type Column } from '../../parts/table';
import { TopList } from '../../parts/top_list';
import { anyOf, term, withOnly } from '../../state/filter';
import { filter, setFilter, show } from '../../state/store';
import { allMarks } from './actions';
import { most, packetColumns, portName, portTerm, rowsOf, shortColumns, type Counted, type PacketMark } from './packets';
import type { Stage } from './stage';
import { say } from './words';

/** A filter of more values is too long to be read. */
const mostValues = 40;

interface SideOptions {
  stage: Stage;
  picked: readonly number[] | null;
  tools: ReadonlyMap<number, string>;
  turn: number;
  onAll: () => void;
  onClear: () => void;
}

export function Side(of: SideOptions) {
  return (
    <div class="cube-side">
      {of.picked === null ? <Counts stage={of.stage} turn={of.turn} onAll={of.onAll} /> : <Picked {...of} picked={of.picked} />}
    </div>
  );
}

function Counts({ stage, turn, onAll }: { stage: Stage; turn: number; onAll: () => void }) {
  const rows = useMemo(() => rowsOf(stage, allMarks(stage)), [stage, turn]);
  const ports = most(rows, portName, 14);
  const sources = most(rows, (each) => each.source, 200);
  const several = new Set(rows.map((each) => each.source)).size;
  return (
    <>
      <Panel title={say('side.ports')} isEmpty={rows.length === 0} explain={{ method: say('side.method') }} note={whole(new Set(rows.map(portName)).size)}
        table={() => ({ columns: countColumns(say('label.port'), portTerm), rows: most(rows, portName, 1000) })}
        tools={<ToolButton icon="list" title={say('keys.all')} onClick={onAll} />}>
        <div class="scroll">
          <TopList rows={ports.map(({ name, count }) => ({ key: name, name, more: serviceOf(Number(name)), count, term: portTerm(name) }))} />
        </div>
      </Panel>
      <Panel title={say('side.sources')} isEmpty={rows.length === 0} isBare explain={{ method: say('side.method'), caveat: say('caveat') }} note={whole(several)}
        table={() => ({ columns: countColumns(say('source'), (name) => term('src', name), hostPath), rows: most(rows, (each) => each.source, 1000) })}>
        <Table columns={countColumns(say('source'), (name) => term('src', name), hostPath)} rows={sources} onOpen={(each) => show(`host:${each.name}`)} />
      </Panel>
    </>
  );
}

const countColumns = (title: string, termOf: (name: string) => string, link: (name: string) => string | null = () => null): Column<Counted>[] => [
  { key: 'name', title, value: (each) => each.name, cell: (each) => <span class="mono">{each.name}</span>, term: (each) => termOf(each.name), link: (each) => link(each.name) },
  { key: 'count', title: say('count'), value: (each) => each.count, cell: (each) => whole(each.count), isNumber: true, width: '90px' },
];

function Picked({ stage, picked, tools, onClear }: SideOptions & { picked: readonly number[] }) {
  const rows = useMemo(() => rowsOf(stage, picked), [stage, picked]);
  const sources = most(rows, (each) => each.source, Number.POSITIVE_INFINITY);
  const ports = most(rows.filter((each) => each.port !== null), portName, Number.POSITIVE_INFINITY);
  const filterBy = (field: string, of: readonly Counted[]) =>
    setFilter(withOnly(filter.peek(), field, anyOf(field, of.slice(0, mostValues).map((each) => each.name))));
  const button = (word: 'filter.sources' | 'filter.ports', field: string, of: readonly Counted[]) => (
    <button type="button" class="button" disabled={of.length === 0} title={of.length > mostValues ? say('filter.first', { count: mostValues }) : undefined}
      onClick={() => filterBy(field, of)}>
      {say(word, { count: of.length > mostValues ? `${mostValues} / ${whole(of.length)}` : whole(of.length) })}
    </button>
  );
  return (
    <Panel title={say('picked')} note={whole(rows.length)} isBare isEmpty={rows.length === 0} explain={{ method: say('picked.method') }}
      table={() => ({ columns: packetColumns(tools), rows })} tools={<ToolButton icon="close" title={say('picked.clear')} onClick={onClear} />}>
      <div class="cube-picked">
        {button('filter.sources', 'src', sources)}
        {button('filter.ports', 'dst.port', ports)}
      </div>
      <Table<PacketMark> columns={shortColumns()} rows={rows} onOpen={(each) => show(`host:${each.source}`)} />
    </Panel>
  );
}
