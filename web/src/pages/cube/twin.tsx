// The Cube in two dimensions: sources downwards, ports or destinations across. Dragging filters by what is in the
// rectangle; arrows go over the cells, Enter filters by one.
import { useState } from 'preact/hooks';
import { whole } from '../../language/format';
import { logPart, ramp, tokenColor } from '../../look/palette';
import { useCanvas } from '../../parts/canvas';
import { portPart } from '../../parts/scales';
import { withOnly } from '../../state/filter';
import { filter, setFilter } from '../../state/store';
import { ipv4Text } from '../../stream/frames';
import { portTicks } from './box';
import { heatColumns, heatRows, portsOf, sourcesOf, type Across, type Heat } from './heat';
import { say } from './words';

/** Room for letters: left and below. */
const margin = { left: 108, bottom: 30, top: 8, right: 14 } as const;

interface Cell {
  row: number;
  column: number;
}
interface TwinOptions {
  heat: Heat;
  across: Across;
  isEven: boolean;
  /** Addresses of the telescope. */
  size: number;
}

export function Twin(of: TwinOptions) {
  const [at, setAt] = useState<Cell | null>(null);
  const [begin, setBegin] = useState<Cell | null>(null);
  const canvas = useCanvas((on, width, height) => draw(on, width, height, of, begin ?? at, at), [of.heat, of.across, of.isEven, of.size, at, begin]);
  const cellOf = (event: MouseEvent): Cell | null => {
    const box = event.currentTarget as HTMLElement;
    const x = (event.offsetX - margin.left) / (box.clientWidth - margin.left - margin.right);
    const y = (event.offsetY - margin.top) / (box.clientHeight - margin.top - margin.bottom);
    return x < 0 || x >= 1 || y < 0 || y >= 1 ? null : { row: Math.floor(y * heatRows), column: Math.floor(x * heatColumns) };
  };
  const choose = (from: Cell, to: Cell) => setFilter(termsFor(filter.peek(), from, to, of));
  const press = (event: KeyboardEvent) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const known = at ?? densest(of.heat);
    if (step) {
      const far = event.shiftKey ? 8 : 1;
      const move = (value: number, by: number, most: number) => Math.max(0, Math.min(most - 1, value + by * far));
      setAt(at === null ? known : { row: move(known.row, step[0] ?? 0, heatRows), column: move(known.column, step[1] ?? 0, heatColumns) });
    } else if (event.key === 'Enter' && at) choose(at, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="cube-view">
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={`${say('twin.label')}${at ? `: ${textOf(at, of)}` : ''}`} style={{ cursor: 'crosshair' }}
        onKeyDown={press}
        onMouseDown={(event) => event.button === 0 && setBegin(cellOf(event))}
        onMouseMove={(event) => setAt(cellOf(event))}
        onMouseLeave={() => {
          setAt(null);
          setBegin(null);
        }}
        onMouseUp={(event) => {
          const to = cellOf(event);
          if (begin && to) choose(begin, to);
          setBegin(null);
        }} />
      {at && <span class="cube-tip">{textOf(at, of)}</span>}
    </div>
  );
}

function densest({ cells }: Heat): Cell {
  let best = 0;
  for (let i = 1; i < cells.length; ++i) if ((cells[i] ?? 0) > (cells[best] ?? 0)) best = i;
  return { row: Math.floor(best / heatColumns), column: best % heatColumns };
}

/** The filter with what lies in a rectangle. Of destinations only places are known, which the filter language has not. */
function termsFor(before: string, from: Cell, to: Cell, { across, isEven }: TwinOptions): string {
  const [low, high] = sourcesOf(from.row, to.row);
  const after = withOnly(before, 'src', `src in ${ipv4Text(low)}..${ipv4Text(high)}`);
  if (across !== 'port') return after;
  const [first, last] = portsOf(from.column, to.column, isEven);
  return withOnly(after, 'dst.port', first === last ? `dst.port == ${first}` : `dst.port in ${first}..${last}`);
}

function textOf(at: Cell, of: TwinOptions): string {
  const [low, high] = sourcesOf(at.row, at.row);
  const count = of.heat.cells[at.row * heatColumns + at.column] ?? 0;
  const [first, last] = portsOf(at.column, at.column, of.isEven);
  const across =
    of.across === 'port' ? `${say('label.port')} ${first === last ? first : `${first}–${last}`}`
      : `${say('destination')} ${Math.floor((at.column / heatColumns) * of.size)}–${Math.floor(((at.column + 1) / heatColumns) * of.size) - 1}`;
  return `${ipv4Text(low)}–${ipv4Text(high)} · ${across}: ${say('packets', { count: whole(count) })}`;
}

function draw(on: CanvasRenderingContext2D, width: number, height: number, of: TwinOptions, from: Cell | null, to: Cell | null) {
  const [w, h] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
  if (w < 20 || h < 20) return;
  const image = new ImageData(heatColumns, heatRows);
  of.heat.cells.forEach((count, i) => {
    if (count > 0) image.data.set([...ramp(0.18 + 0.82 * logPart(count, of.heat.most)), 255], 4 * i);
  });
  const small = new OffscreenCanvas(heatColumns, heatRows);
  small.getContext('2d')?.putImageData(image, 0, 0);
  on.imageSmoothingEnabled = false;
  on.fillStyle = tokenColor('--field');
  on.fillRect(margin.left, margin.top, w, h);
  on.strokeStyle = tokenColor('--line');
  on.fillStyle = tokenColor('--ink-3');
  on.lineWidth = 1;
  on.font = `11px ${tokenColor('--font')}`;
  on.textBaseline = 'middle';
  on.textAlign = 'right';
  on.beginPath();
  for (let part = 0; part <= 8; ++part) {
    const y = Math.round(margin.top + (1 - part / 8) * h) + 0.5;
    on.moveTo(margin.left, y);
    on.lineTo(margin.left + w, y);
    if (part % 2 === 0) on.fillText(part === 8 ? '255.255.255.255' : `${part * 32}.0.0.0`, margin.left - 7, Math.max(7, y));
  }
  on.textAlign = 'center';
  const ticks: [number, string][] =
    of.across === 'port' ? [...portTicks, 23, 443].sort((a, b) => a - b).map((port) => [portPart(port, of.isEven), String(port)])
      : [0, 0.25, 0.5, 0.75, 1].map((part) => [part, String(Math.round(part * (of.size - 1)))]);
  let free = Number.NEGATIVE_INFINITY;
  for (const [part, text] of ticks) {
    const x = Math.round(margin.left + part * w) + 0.5;
    on.moveTo(x, margin.top);
    on.lineTo(x, margin.top + h);
    if (x - 20 < free) continue;
    on.fillText(text, Math.min(x, width - 18), height - margin.bottom + 11);
    free = x + 18;
  }
  on.stroke();
  on.drawImage(small, margin.left, margin.top, w, h);
  if (!from || !to) return;
  const [left, right] = [Math.min(from.column, to.column), Math.max(from.column, to.column) + 1];
  const [top, bottom] = [Math.min(from.row, to.row), Math.max(from.row, to.row) + 1];
  on.strokeStyle = tokenColor('--accent');
  on.lineWidth = 1.4;
  on.strokeRect(margin.left + (left / heatColumns) * w, margin.top + (top / heatRows) * h, ((right - left) / heatColumns) * w, ((bottom - top) / heatRows) * h);
}
