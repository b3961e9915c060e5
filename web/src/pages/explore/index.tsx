// Explore: filter, time, facets, how attributes go together, and the rows themselves.
import { useMemo } from 'preact/hooks';
import { me, urlOf } from '../../api/client';
import { useTop } from '../../api/statistics';
import type { AttackRow, EventRow } from '../../api/types';
import { mostRows, usePages, type Paged } from '../../api/use_pages';
import { percent, short, whole } from '../../language/format';
import { Choice } from '../../parts/choice';
import { Panel } from '../../parts/panel';
import { Table, type Column } from '../../parts/table';
import { asked, filter, query, setParam, show } from '../../state/store';
import { attackColumns, eventColumns, packetColumns, type PacketRow } from './columns';
import { CrossingsPanel, type Picture } from './crossings';
import './explore.css';
import { Facets, type Kind } from './facets_column';
import { ExportMenu, ViewsMenu } from './menus';
import { PacketTimeline, RowTimeline } from './timeline';
import { say } from './words';

const kinds = ['packets', 'events', 'attacks'] as const;
const pictures = ['lines', 'planes', 'none'] as const;
const pageRows = 500;

export default function Explore() {
  const { params } = query.value;
  const kind: Kind = kinds.find((each) => each === params['of']) ?? 'packets';
  const picture: Picture | 'none' = pictures.find((each) => each === params['picture']) ?? 'lines';
  const url = asked.value ? urlOf(`/api/v1/${kind}`, { ...asked.value, limit: pageRows }) : null;
  const rows = usePages<PacketRow | EventRow | AttackRow>(url, `${kind} ${filter.value}`);
  const hasPicture = kind === 'packets' && picture !== 'none';
  const times = useMemo(() => (kind === 'packets' ? [] : (rows.data ?? []).map((each) => (each as EventRow).last)), [rows.data, kind]);
  return (
    <div class={`explore${hasPicture ? ' has-picture' : ''}`}>
      <div class="bar">
        <Choice label={say('of')} value={kind} onPick={(to) => setParam('of', to === 'packets' ? null : to)}
          of={kinds.map((value) => ({ value, name: say(`of.${value}`) }))} />
        {kind === 'packets' && (
          <Choice label={say('picture')} value={picture} onPick={(to) => setParam('picture', to === 'lines' ? null : to)}
            of={pictures.map((value) => ({ value, name: say(`picture.${value}`), title: say(`picture.${value}.help`) }))} />
        )}
        {kind === 'packets' && <Totals />}
        <span class="menus">
          <ViewsMenu />
          <ExportMenu kind={kind} />
        </span>
      </div>
      <Facets kind={kind} rows={rows.data ?? []} />
      <div class="strip">{kind === 'packets' ? <PacketTimeline /> : <RowTimeline times={times} of={rows} />}</div>
      {hasPicture && <div class="picture-place"><CrossingsPanel picture={picture} axesText={params['axes']} /></div>}
      <Rows kind={kind} of={rows} />
    </div>
  );
}

function Totals() {
  const { data } = useTop('protocol', 7);
  if (!data) return null;
  const error = data.counting['sources']?.relative_error ?? 0;
  return (
    <span class="totals">
      <b data-packets={data.packets}>{whole(data.packets)}</b> {say('packets.unit')}
      <b data-sources={data.sources} title={data.sources_exact ? '' : say('sources.error', { error: percent(error) })}>
        {data.sources_exact ? '' : '≈ '}{whole(data.sources)}
      </b> {say('sources.unit')}
    </span>
  );
}

const methods = { packets: 'rows.packets', events: 'rows.events', attacks: 'rows.attacks' } as const;
const sources = { packets: 'docs/traffic.md', events: 'docs/events.md', attacks: 'docs/dos.md' } as const;

function Rows({ kind, of }: { kind: Kind; of: Paged<PacketRow | EventRow | AttackRow> }) {
  const count = of.data?.length ?? 0;
  const columns = useMemo(
    () => (kind === 'packets' ? packetColumns(me.value?.sees_destinations === true) : kind === 'events' ? eventColumns() : attackColumns()) as Column<any>[],
    [kind, me.value?.sees_destinations, say('source')]);
  const note = of.isFull && of.hasMore ? say('rows.full', { most: short(mostRows) }) : say(of.hasMore ? 'rows.more' : 'rows.all', { count: whole(count) });
  const hostOf = (row: PacketRow | EventRow | AttackRow) => ('victim' in row ? row.victim : row.source);
  return (
    <Panel title={say(`of.${kind}`)} height="100%" of={of} isBare isEmpty={count === 0} note={of.data ? note : undefined}
      tools={of.isBehind ? <button type="button" class="renew" onClick={of.renew}>{say('rows.newer')}</button> : undefined}
      explain={{ method: say(methods[kind]), caveat: say('rows.caveat'), source: sources[kind] }}>
      <Table key={kind} columns={columns} rows={of.data ?? []} onOpen={(row) => show(`host:${hostOf(row)}`)} onEnd={of.more} />
    </Panel>
  );
}
