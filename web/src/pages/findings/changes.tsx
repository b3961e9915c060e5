// What changed, by counting alone: the sources of each port in the second half of the time against the first. And the
// port that is chosen, over time.
import { useMemo } from 'preact/hooks';
import { urlOf } from '../../api/client';
import { useAsk, useAskUrl, type Asking } from '../../api/use_ask';
import type { Statistics } from '../../api/types';
import { round, serviceOf, short, time, whole } from '../../language/format';
import { logPart, tokenColor, lineColor } from '../../look/palette';
import { useCanvas } from '../../parts/canvas';
import { PortLink, portPath } from '../../parts/entity';
import { Panel } from '../../parts/panel';
import { Legend, TimeSeries, type Series } from '../../parts/time_series';
import { formatTime } from '../../state/query';
import { asked, askedBounds, query, setParam, toggleTerm } from '../../state/store';
import { useEntityLine } from '../entity/data';
import { entityOf, type Entity } from '../entity/terms';
import { middleOf, portChanges, type PortChange } from './port_changes';
import { say } from './words';

const mostPorts = 5000;
const shownPorts = 12;

interface Changes {
  rows: PortChange[];
  asking: Asking<unknown>[];
  cut: { from: number; middle: number; to: number } | null;
}

function useChanges(): Changes {
  const of = asked.value;
  const whole = useAsk('/api/v1/statistics', of);
  const cut = middleOf(whole.data?.first_minute ?? null, whole.data?.last_minute ?? null);
  const ask = (from: number, to: number) =>
    urlOf('/api/v1/statistics', { by: 'port', top: mostPorts, from: formatTime(from), to: formatTime(to), filter: of?.filter ?? null });
  const before = useAskUrl<Statistics>(cut && of ? ask(cut.from, cut.middle) : null);
  const after = useAskUrl<Statistics>(cut && of ? ask(cut.middle, cut.to) : null);
  const rows = useMemo(() => (before.data && after.data ? portChanges(before.data.rows ?? [], after.data.rows ?? []) : []), [before.data, after.data]);
  return { rows, asking: cut ? [whole, before, after] : [whole], cut };
}

const keyOf = (of: PortChange): string => `${of.port}/${of.protocol}`;

export function ChangesPanels() {
  const { rows, asking, cut } = useChanges();
  const wanted = query.value.params['port'] ?? '';
  const chosen = rows.find((each) => keyOf(each) === wanted) ?? rows[0] ?? null;
  const of = chosen && entityOf('port', { name: String(chosen.port), protocol: chosen.protocol });
  const choose = (each: PortChange) => setParam('port', keyOf(each), { replace: true });
  const split = cut ? time(cut.middle, { seconds: false }) : '';
  return (
    <>
      <Panel title={say('changes')} span={6} height={352} of={asking} isEmpty={rows.length === 0} isBare
        note={cut ? say('changes.note', { time: split }) : undefined}
        explain={{ method: say('changes.method', { time: split }), caveat: say('changes.caveat'), source: 'docs/stats.md' }}
        table={() => ({
          columns: [
            { key: 'port', title: say('where'), value: (each: PortChange) => each.port, cell: keyOf, term: (each: PortChange) => `dst.port == ${each.port}`, link: (each: PortChange) => portPath(each.port, each.protocol) },
            { key: 'before', title: say('changes.before'), value: (each: PortChange) => each.before, cell: (each: PortChange) => whole(each.before), isNumber: true },
            { key: 'after', title: say('changes.after'), value: (each: PortChange) => each.after, cell: (each: PortChange) => whole(each.after), isNumber: true },
            { key: 'score', title: 'σ', value: (each: PortChange) => each.score, cell: (each: PortChange) => short(each.score), isNumber: true },
          ],
          rows,
        })}>
        <Dumbbells rows={rows.slice(0, shownPorts)} chosen={chosen} onChoose={choose} />
      </Panel>
      {of && chosen ? <ChosenPort of={of} change={chosen} /> : <Panel title={say('port')} span={6} height={352}><p class="state">{say('port.none')}</p></Panel>}
    </>
  );
}

const edge = { left: 128, right: 62, top: 22, bottom: 8 };

/** A line from before to after for each port, on a logarithmic scale. */
function Dumbbells({ rows, chosen, onChoose }: { rows: readonly PortChange[]; chosen: PortChange | null; onChoose: (of: PortChange) => void }) {
  const most = Math.max(10, ...rows.map((each) => each.after));
  const canvas = useCanvas((on, width, height) => {
    const step = Math.min(27, (height - edge.top - edge.bottom) / Math.max(1, rows.length));
    const x = (of: number) => edge.left + logPart(of, most) * (width - edge.left - edge.right);
    on.font = `11px ${tokenColor('--font')}`;
    on.textBaseline = 'middle';
    for (let each = 1; each <= most; each *= 10) {
      on.fillStyle = tokenColor('--line');
      on.fillRect(x(each), edge.top - 4, 1, height - edge.top);
      on.fillStyle = tokenColor('--ink-3');
      on.textAlign = 'center';
      on.fillText(round(each), x(each), 9);
    }
    rows.forEach((each, i) => {
      const y = edge.top + (i + 0.5) * step;
      const isChosen = chosen !== null && keyOf(chosen) === keyOf(each);
      if (isChosen) {
        on.fillStyle = tokenColor('--accent-soft');
        on.fillRect(0, y - step / 2, width, step);
      }
      on.fillStyle = tokenColor(isChosen ? '--ink' : '--ink-2');
      on.textAlign = 'left';
      on.font = `${isChosen ? '600 ' : ''}12.5px ${tokenColor('--font')}`;
      on.fillText(keyOf(each), 12, y);
      on.font = `11px ${tokenColor('--font')}`;
      on.fillStyle = tokenColor('--ink-3');
      on.fillText(serviceOf(each.port) ?? '', 80, y, edge.left - 84);
      const color = each.score >= 5 ? lineColor(1) : lineColor(0);
      on.strokeStyle = color;
      on.lineWidth = each.score >= 5 ? 3 : 2;
      on.beginPath();
      on.moveTo(x(each.before), y);
      on.lineTo(x(each.after), y);
      on.stroke();
      on.fillStyle = tokenColor('--panel');
      on.beginPath();
      on.arc(x(each.before), y, 3.5, 0, 7);
      on.fill();
      on.lineWidth = 1.5;
      on.stroke();
      on.fillStyle = color;
      on.beginPath();
      on.arc(x(each.after), y, 4.5, 0, 7);
      on.fill();
      on.textAlign = 'right';
      on.fillStyle = tokenColor('--ink');
      on.fillText(short(each.after), width - 12, y);
    });
  }, [rows, chosen]);
  const find = (event: MouseEvent): PortChange | null => {
    const height = (event.currentTarget as HTMLElement).clientHeight;
    const step = Math.min(27, (height - edge.top - edge.bottom) / Math.max(1, rows.length));
    return rows[Math.floor((event.offsetY - edge.top) / step)] ?? null;
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const now = rows.findIndex((each) => chosen !== null && keyOf(each) === keyOf(chosen));
    const next = by === undefined ? null : rows[Math.max(0, Math.min(rows.length - 1, now + by))];
    if (next) onChoose(next);
    else if (event.key === 'f' && chosen) toggleTerm(`dst.port == ${chosen.port}`);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="findings-dumbbells">
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={say('changes.label')} title={say('changes.label')} onKeyDown={press}
        onClick={(event) => {
          const row = find(event);
          if (row && event.shiftKey) toggleTerm(`dst.port == ${row.port}`);
          else if (row) onChoose(row);
        }} />
    </div>
  );
}

function ChosenPort({ of, change }: { of: Entity; change: PortChange }) {
  const { line, step, asking } = useEntityLine(of);
  const series: Series[] = [
    { name: say('sources'), values: line.sources, isArea: true, color: lineColor(1) },
    { name: say('packets'), values: line.packets, color: lineColor(0) },
  ];
  return (
    <Panel title={say(step === 'hour' ? 'port.hour' : 'port.minute')} span={6} height={352} of={asking} isEmpty={line.times.length === 0} isBare tools={<Legend series={series} />}
      note={<PortLink port={change.port} protocol={change.protocol} />}
      explain={{ method: say('port.method'), caveat: say('changes.caveat'), source: 'docs/counting.md' }}
      table={() => ({
        columns: [
          { key: 'time', title: say('since'), value: (i: number) => line.times[i] ?? null, cell: (i: number) => time((line.times[i] ?? 0) * 1000, { seconds: false }) },
          { key: 'sources', title: say('sources'), value: (i: number) => line.sources[i] ?? null, cell: (i: number) => whole(line.sources[i]), isNumber: true },
          { key: 'packets', title: say('packets'), value: (i: number) => line.packets[i] ?? null, cell: (i: number) => whole(line.packets[i]), isNumber: true },
        ],
        rows: [...line.times.keys()].reverse(),
      })}>
      <div class="findings-port">
        <p data-port={`${change.port}/${change.protocol}`}>
          {say('port.text', { before: whole(change.before), after: whole(change.after), score: short(change.score) })}
          <button type="button" class="button" onClick={() => toggleTerm(`dst.port == ${change.port}`)}>{say('port.filter')}</button>
        </p>
        <TimeSeries times={line.times} series={series} isLog bounds={askedBounds.value} label={say('port')} />
      </div>
    </Panel>
  );
}
