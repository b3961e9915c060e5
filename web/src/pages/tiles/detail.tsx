// One behaviour in large: ports down, time across. A rectangle over it (mouse, or arrows and Shift, then Enter) becomes
// ports and times of the filter.
import { useRef, useState } from 'preact/hooks';
import { serviceOf, short, time } from '../../language/format';
import { tokenColor } from '../../look/palette';
import { useCanvas } from '../../parts/canvas';
import { withTerm } from '../../state/filter';
import { change, filter } from '../../state/store';
import { packetsOf, portTerms, type Band, type Behaviours } from './behaviours';
import { bounded, pressed, type Brush } from '../../parts/brush';
import { drawTile, labelled, type Sheet } from './picture';
import { say } from './words';

/** Room for the longest range of ports. */
const left = 80;
const bottom = 17;
/** Labels of ports are not nearer than this. */
const leastLabel = 11;

interface BigTileOptions {
  of: Behaviours;
  sheet: Sheet;
  /** Its number on the sheet. */
  tile: number;
  cells: Uint8Array | undefined;
  height: number;
  label: string;
}

/** Ports and times of a rectangle of cells, as the filter and the range of the page. */
function filterBy(of: Behaviours, brush: Brush) {
  const { left: x0, right: x1, top, bottom: y1 } = bounded(brush);
  const text = portTerms(of.bands, top, y1).reduce(withTerm, filter.value);
  const [from, to] = [of.times[x0], of.times[x1 + 1]];
  if (from === undefined || to === undefined) return;
  change({ filter: text, range: { live: false, from, to: Math.max(to, from + 60_000) } });
}

/** Ports, times and packets of a rectangle. */
function readingOf(of: Behaviours, columns: number, cells: Uint8Array | undefined, brush: Brush): string {
  const { left: x0, right: x1, top, bottom: y1 } = bounded(brush);
  const only = top === y1 ? of.bands[top] : undefined;
  const service = only && only.low !== null && only.low === only.high ? serviceOf(only.low) : null;
  let packets = 0;
  for (let y = top; y <= y1; ++y) for (let x = x0; x <= x1; ++x) packets += packetsOf(cells?.[y * columns + x] ?? 0);
  return say('tile.reading', {
    ports: only ? [bandName(only), service].filter(Boolean).join(' ') : `${bandName(of.bands[top])} … ${bandName(of.bands[y1])}`,
    from: time(of.times[x0] ?? 0, { date: false, seconds: false, zone: false }),
    to: time(of.times[x1 + 1] ?? 0, { date: false, seconds: false }),
    packets: short(packets),
  });
}

const bandName = (of: Band | undefined): string => (!of ? '' : of.low === null ? say('band.none') : of.label.replace('-', '–'));

export function BigTile({ of, sheet, tile, cells, height, label }: BigTileOptions) {
  const [brush, setBrush] = useState<Brush | null>(null);
  const drags = useRef(false);
  const [columns, rows] = [sheet.columns, sheet.rows];
  const canvas = useCanvas((on, width, high) => {
    const [w, h] = [width - left, high - bottom];
    on.fillStyle = tokenColor('--field');
    on.fillRect(left, 0, w, h);
    drawTile(on, sheet, tile, left, 0, w, h);
    on.font = `10.5px ${tokenColor('--font')}`;
    on.fillStyle = tokenColor('--ink-3');
    on.textBaseline = 'middle';
    on.textAlign = 'right';
    for (const i of labelled(of.bands, h / rows, leastLabel)) on.fillText(bandName(of.bands[i]), left - 5, Math.max(6, ((i + 0.5) * h) / rows));
    on.textBaseline = 'alphabetic';
    for (const [part, align] of [[0, 'left'], [0.5, 'center'], [1, 'right']] as const) {
      on.textAlign = align;
      const at = of.times[Math.round(part * columns)] ?? 0;
      on.fillText(time(at, { date: false, seconds: false, zone: part === 1 }), left + part * w, high - 4);
    }
    if (!brush) return;
    const { left: x0, right: x1, top, bottom: y1 } = bounded(brush);
    on.strokeStyle = tokenColor('--accent');
    on.lineWidth = 1.5;
    on.strokeRect(left + (x0 * w) / columns, (top * h) / rows, ((x1 - x0 + 1) * w) / columns, ((y1 - top + 1) * h) / rows);
  }, [of, sheet, tile, brush, height]);
  const cellAt = (event: MouseEvent): [number, number] => {
    const at = event.currentTarget as HTMLElement;
    const x = Math.floor(((event.offsetX - left) / (at.clientWidth - left)) * columns);
    const y = Math.floor((event.offsetY / (at.clientHeight - bottom)) * rows);
    return [Math.max(0, Math.min(columns - 1, x)), Math.max(0, Math.min(rows - 1, y))];
  };
  return (
    <div class="tiles-big">
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={label} style={{ height: `${height}px` }}
        onPointerDown={(event) => {
          const [x, y] = cellAt(event);
          event.currentTarget.setPointerCapture(event.pointerId);
          drags.current = true;
          setBrush({ fromX: x, fromY: y, x, y });
        }}
        onPointerMove={(event) => {
          const [x, y] = cellAt(event);
          setBrush((now) => (drags.current && now ? { ...now, x, y } : { fromX: x, fromY: y, x, y }));
        }}
        onPointerUp={() => {
          drags.current = false;
          if (brush) filterBy(of, brush);
        }}
        onPointerLeave={() => !drags.current && setBrush(null)}
        onKeyDown={(event) => {
          const next = pressed(brush, event.key, event.shiftKey, columns, rows);
          if (next) setBrush(next);
          else if (event.key === 'Enter' && brush) filterBy(of, brush);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }} />
      <p class="reading">{brush ? readingOf(of, columns, cells, brush) : say('tile.brush')}</p>
    </div>
  );
}
