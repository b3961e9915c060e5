// Ninety days by hour. A click on an hour, or a brush over several, sets the range; so do the arrow keys and Enter.
import { useRef, useState } from 'preact/hooks';
import { short, time, whole } from '../../language/format';
import { logPart, rampColor, tokenColor } from '../../look/palette';
import { useCanvas } from '../../parts/canvas';
import { Panel } from '../../parts/panel';
import { zone } from '../../state/settings';
import { askedBounds, setRange } from '../../state/store';
import { day, hour, hourAt, presence, rangeOf, type Calendar, type Grid } from './calendar';
import { calendarDays, useCalendar } from './data';
import type { Entity } from './terms';
import { say } from './words';

export function CalendarPanel({ of, span }: { of: Entity; span: number }) {
  const { asking, calendar } = useCalendar(of, zone.value === 'JST' ? 9 * hour : 0);
  const seen = calendar ? presence(calendar) : null;
  const rows = (asking.data?.rows ?? []).filter((each) => each.time);
  return (
    <Panel title={say('calendar', { days: calendarDays })} span={span} height={254} of={asking} isBare
      note={seen && say('calendar.note', { hours: whole(seen.hours), days: seen.days })}
      explain={{ method: say('calendar.method', { zone: zone.value }), caveat: say('calendar.caveat'), source: 'docs/stats.md' }}
      tools={calendar && <Ramp most={calendar.most} />}
      table={() => ({
        columns: [
          { key: 'time', title: say('hour'), value: (each) => each.time, cell: (each) => time(Date.parse(each.time), { seconds: false }) },
          { key: 'packets', title: say('packets'), value: (each) => each.packets, cell: (each) => whole(each.packets), isNumber: true },
          { key: 'sources', title: say('sources'), value: (each) => each.sources ?? null, cell: (each) => whole(each.sources), isNumber: true },
        ],
        rows: [...rows].reverse(),
      })}>
      {calendar && <Heat of={calendar} />}
    </Panel>
  );
}

function Ramp({ most }: { most: number }) {
  return (
    <span class="entity-ramp" title={say('calendar.ramp')}>
      <i class="no-data" /> {say('calendar.none')}
      <span class="entity-ramp-bar">{[0, 0.2, 0.4, 0.6, 0.8, 1].map((each) => <i key={each} style={{ background: rampColor(0.1 + 0.9 * each) }} />)}</span>
      {short(most)}
    </span>
  );
}

const edge = { left: 46, top: 18, right: 12, bottom: 8 };
const gridOf = (of: Calendar, width: number, height: number): Grid => ({
  left: edge.left, top: edge.top, width: (width - edge.left - edge.right) / of.days, height: (height - edge.top - edge.bottom) / 24,
});

function Heat({ of }: { of: Calendar }) {
  const [at, setAt] = useState<number | null>(null);
  const brush = useRef<number | null>(null);
  const [mark, setMark] = useState<number | null>(null);
  const grid = useRef<Grid | null>(null);
  const bounds = askedBounds.value;
  const canvas = useCanvas((on, width, height) => {
    const place = (grid.current = gridOf(of, width, height));
    drawCells(on, of, place);
    drawLabels(on, of, place);
    if (bounds) outline(on, of, place, (bounds.from - of.begin) / hour, (bounds.to - of.begin) / hour - 1, tokenColor('--warn'));
    if (at !== null) outline(on, of, place, Math.min(at, mark ?? at), Math.max(at, mark ?? at), tokenColor('--ink'));
  }, [of, at, mark, bounds?.from, bounds?.to]);
  const find = (event: PointerEvent) => grid.current && hourAt(grid.current, of.days, event.offsetX, event.offsetY);
  const choose = (a: number, b: number) => setRange({ live: false, ...rangeOf(of, a, b) });
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 24, ArrowLeft: -24 };
    const step = steps[event.key];
    const last = of.cells.length - 1;
    if (step !== undefined) {
      if (event.shiftKey) setMark(mark ?? at ?? last);
      else setMark(null);
      setAt(Math.max(0, Math.min(last, at === null ? last : at + step)));
    } else if (event.key === 'Enter' && at !== null) choose(mark ?? at, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const value = at === null ? null : of.cells[at];
  return (
    <div class="entity-heat">
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={say('calendar.label')} onKeyDown={press}
        onPointerDown={(event) => {
          brush.current = find(event);
          setMark(brush.current);
        }}
        onPointerMove={(event) => setAt(find(event))} onPointerLeave={() => { setAt(null); setMark(null); brush.current = null; }}
        onPointerUp={(event) => {
          const end = find(event);
          if (brush.current !== null && end !== null) choose(brush.current, end);
          brush.current = null;
          setMark(null);
        }} />
      {at !== null && (
        <span class="tip" role="status">
          {time(of.begin + at * hour, { seconds: false })} {value === null || value === undefined ? say('calendar.none') : `${whole(value)} ${say('packets')}`}
        </span>
      )}
    </div>
  );
}

function drawCells(on: CanvasRenderingContext2D, of: Calendar, { left, top, width, height }: Grid) {
  const gap = width > 5 ? 1 : 0.4;
  const none = tokenColor('--line');
  const zero = tokenColor('--raised');
  of.cells.forEach((each, i) => {
    const x = left + Math.floor(i / 24) * width;
    const y = top + (i % 24) * height;
    if (each === null) {
      // Nobody looked: a small dash, not a colour.
      on.fillStyle = none;
      if (i % 3 === 1) on.fillRect(x + width / 2 - 1, y + height / 2, 2, 1);
      return;
    }
    on.fillStyle = each === 0 ? zero : rampColor(0.1 + 0.9 * logPart(each, of.most));
    on.fillRect(x, y, width - gap, height - gap * 0.6);
  });
}

function drawLabels(on: CanvasRenderingContext2D, of: Calendar, { left, top, width, height }: Grid) {
  on.fillStyle = tokenColor('--ink-3');
  on.font = `10.5px ${tokenColor('--font')}`;
  on.textBaseline = 'middle';
  on.textAlign = 'right';
  for (const each of [0, 6, 12, 18]) on.fillText(`${String(each).padStart(2, '0')}:00`, left - 5, top + (each + 0.5) * height + 1);
  on.textAlign = 'left';
  const every = Math.max(1, Math.ceil(72 / width / 7) * 7);
  for (let i = of.days - 1; i >= 0; i -= every) {
    const text = time(of.begin + i * day, { zone: false }).slice(5, 10);
    on.textAlign = i > of.days - 4 ? 'right' : 'left';
    on.fillText(text, i > of.days - 4 ? left + of.days * width : left + i * width, top - 8);
  }
}

/** The hours from `first` to `last` as an outline, day by day. */
function outline(on: CanvasRenderingContext2D, of: Calendar, { left, top, width, height }: Grid, first: number, last: number, color: string) {
  const [a, b] = [Math.max(0, Math.floor(first)), Math.min(of.cells.length - 1, Math.ceil(last))];
  if (b < a) return;
  on.strokeStyle = color;
  on.lineWidth = 1.2;
  const [firstDay, lastDay] = [Math.floor(a / 24), Math.floor(b / 24)];
  const x = (column: number) => left + column * width - 0.5;
  const y = (row: number) => top + row * height - 0.5;
  on.beginPath();
  if (firstDay === lastDay) {
    on.rect(x(firstDay), y(a % 24), width, (b - a + 1) * height);
  } else {
    on.moveTo(x(firstDay), y(24));
    on.lineTo(x(firstDay), y(a % 24));
    on.lineTo(x(firstDay + 1), y(a % 24));
    on.lineTo(x(firstDay + 1), y(0));
    on.lineTo(x(lastDay + 1), y(0));
    on.lineTo(x(lastDay + 1), y((b % 24) + 1));
    on.lineTo(x(lastDay), y((b % 24) + 1));
    on.lineTo(x(lastDay), y(24));
    on.closePath();
  }
  on.stroke();
}
