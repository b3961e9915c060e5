// Campaigns as ridges: members that had come by each hour, one strip below the other on the same time. A click chooses, a brush
// sets the range; up and down go from one to the next, f filters by it.
import { useRef, useState } from 'preact/hooks';
import { short, time } from '../../language/format';
import { lineColor, tokenColor } from '../../look/palette';
import { useCanvas } from '../../parts/canvas';
import { askedBounds, setRange, toggleTerm } from '../../state/store';
import { hourly, termOf, type Campaign } from './campaigns';
import { say } from './words';

const edge = { left: 214, right: 56, top: 4, bottom: 20 };

export function Ridges({ rows, chosen, onChoose }: { rows: readonly Campaign[]; chosen: Campaign | null; onChoose: (of: Campaign) => void }) {
  const bounds = askedBounds.value;
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null);
  const down = useRef<number | null>(null);
  const size = useRef({ width: 1, height: 1 });
  const step = () => Math.min(40, (size.current.height - edge.top - edge.bottom) / Math.max(1, rows.length));
  const plot = () => size.current.width - edge.left - edge.right;
  const x = (ms: number) => edge.left + (bounds ? ((ms - bounds.from) / (bounds.to - bounds.from)) * plot() : 0);
  const timeAt = (left: number) => (bounds ? bounds.from + ((left - edge.left) / plot()) * (bounds.to - bounds.from) : 0);
  const canvas = useCanvas((on, width, height) => {
    size.current = { width, height };
    on.textBaseline = 'middle';
    rows.forEach((each, i) => {
      const y = edge.top + (i + 1) * step();
      const isChosen = each.id === chosen?.id;
      if (isChosen) {
        on.fillStyle = tokenColor('--accent-soft');
        on.fillRect(0, y - step(), width, step());
      }
      on.fillStyle = tokenColor('--line');
      on.fillRect(edge.left, y - 0.5, plot(), 1);
      ridge(on, each, y, step() * 0.86, lineColor(isChosen ? 1 : 0), x, width - edge.right);
      on.font = `${isChosen ? '600 ' : ''}12.5px ${tokenColor('--font')}`;
      on.fillStyle = tokenColor(isChosen ? '--ink' : '--ink-2');
      on.textAlign = 'left';
      on.fillText(fitted(on, each.name, edge.left - 22), 12, y - step() / 2);
      on.textAlign = 'right';
      on.fillText(short(each.count), width - 12, y - step() / 2);
    });
    on.font = `11px ${tokenColor('--font')}`;
    on.fillStyle = tokenColor('--ink-3');
    if (bounds)
      for (const part of [0, 0.25, 0.5, 0.75, 1]) {
        on.textAlign = part === 0 ? 'left' : part === 1 ? 'right' : 'center';
        on.fillText(time(bounds.from + part * (bounds.to - bounds.from), { seconds: false, zone: false }).slice(5), edge.left + part * plot(), height - 9);
      }
    if (!brush) return;
    on.fillStyle = tokenColor('--accent-soft');
    on.fillRect(x(brush.from), 0, x(brush.to) - x(brush.from), height - edge.bottom);
  }, [rows, chosen, brush, bounds?.from, bounds?.to]);
  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const now = rows.findIndex((each) => each.id === chosen?.id);
    const next = by === undefined ? null : rows[Math.max(0, Math.min(rows.length - 1, now + by))];
    const term = chosen && termOf(chosen);
    if (next) onChoose(next);
    else if (event.key === 'f' && term) toggleTerm(term);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="campaigns-ridges">
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={say('ridges.label')} title={say('ridges.label')} onKeyDown={press}
        onPointerDown={(event) => (down.current = event.offsetX)}
        onPointerMove={(event) => {
          if (down.current === null || down.current < edge.left || Math.abs(event.offsetX - down.current) < 5) return;
          const [a, b] = [timeAt(down.current), timeAt(event.offsetX)];
          setBrush({ from: Math.min(a, b), to: Math.max(a, b) });
        }}
        onPointerLeave={() => { down.current = null; setBrush(null); }}
        onPointerUp={(event) => {
          const row = rows[Math.floor((event.offsetY - edge.top) / step())];
          if (brush) setRange({ live: false, from: Math.round(brush.from / 1000) * 1000, to: Math.max(Math.round(brush.to / 1000), Math.round(brush.from / 1000) + 60) * 1000 });
          else if (row) onChoose(row);
          down.current = null;
          setBrush(null);
        }} />
    </div>
  );
}

function ridge(on: CanvasRenderingContext2D, of: Campaign, y: number, height: number, color: string, x: (ms: number) => number, right: number) {
  const { times, members } = hourly(of.growth, of.last);
  const most = Math.max(1, ...members);
  if (times.length === 0) {
    // No growth is told: a line from first to last.
    if (of.first === null || of.last === null) return;
    on.fillStyle = color;
    on.fillRect(x(of.first), y - height * 0.4, Math.max(3, x(of.last) - x(of.first)), 3);
    return;
  }
  on.beginPath();
  on.moveTo(Math.max(edge.left, x((times[0] ?? 0) * 1000)), y);
  times.forEach((each, i) => {
    const top = y - ((members[i] ?? 0) / most) * height;
    const [from, to] = [x(each * 1000), x((each + 3600) * 1000)].map((at) => Math.min(right, Math.max(edge.left, at))) as [number, number];
    on.lineTo(from, top);
    on.lineTo(to, top);
  });
  on.lineTo(Math.min(right, x(((times[times.length - 1] ?? 0) + 3600) * 1000)), y);
  on.closePath();
  on.globalAlpha = 0.2;
  on.fillStyle = color;
  on.fill();
  on.globalAlpha = 1;
  on.strokeStyle = color;
  on.lineWidth = 1.3;
  on.stroke();
}

function fitted(on: CanvasRenderingContext2D, text: string, width: number): string {
  if (on.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && on.measureText(`${text.slice(0, end)}…`).width > width) --end;
  return `${text.slice(0, end)}…`;
}
