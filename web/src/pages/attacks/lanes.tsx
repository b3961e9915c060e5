// Attacks as bars over time, one lane beside the other; as thick as they are strong. A click opens one, a brush sets the
// range; arrow keys go from bar to bar.
import { useMemo, useRef, useState } from 'preact/hooks';
import type { AttackRow } from '../../api/types';
import { age, short, time, whole } from '../../language/format';
import { lineColor, logPart, tokenColor } from '../../look/palette';
import { useCanvas } from '../../parts/canvas';
import { askedBounds, setRange } from '../../state/store';
import { keyOf, lanesOf, mainAnswer, secondsOf, type Answer, type Bar } from './attacks';
import { say } from './words';

const edge = { top: 6, bottom: 20, left: 8, right: 8 };
const mostLanes = 40;
export const answerColor: Record<Answer, number> = { synack: 3, rst: 1, icmp: 5, udp: 2 };

export function Lanes({ rows, chosen, onChoose }: { rows: readonly AttackRow[]; chosen: string; onChoose: (row: AttackRow) => void }) {
  const bounds = askedBounds.value;
  const span = bounds ? bounds.to - bounds.from : 1;
  const made = useMemo(() => lanesOf(rows, span / 200, mostLanes), [rows, span]);
  const most = Math.max(1, ...rows.map((each) => each.most_per_minute));
  const [over, setOver] = useState<Bar | null>(null);
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null);
  const down = useRef<number | null>(null);
  const size = useRef({ width: 1, height: 1 });
  const x = (ms: number) => edge.left + ((ms - (bounds?.from ?? 0)) / span) * (size.current.width - edge.left - edge.right);
  const timeAt = (left: number) => (bounds?.from ?? 0) + ((left - edge.left) / (size.current.width - edge.left - edge.right)) * span;
  const step = () => Math.min(24, (size.current.height - edge.top - edge.bottom) / Math.max(1, made.lanes));
  const canvas = useCanvas((on, width, height) => {
    size.current = { width, height };
    grid(on, width, height, bounds);
    for (const each of made.bars) {
      const isChosen = keyOf(each.row) === chosen;
      const thick = Math.max(2, step() * (0.22 + 0.6 * logPart(each.row.most_per_minute, most)));
      const [from, to] = [Math.max(0, x(each.from)), Math.max(x(each.to), x(each.from) + 3)];
      const y = edge.top + (each.lane + 0.5) * step();
      on.fillStyle = lineColor(answerColor[mainAnswer(each.row)]);
      on.globalAlpha = isChosen || over === each ? 1 : 0.72;
      on.beginPath();
      on.roundRect(from, y - thick / 2, to - from, thick, Math.min(3, thick / 2));
      on.fill();
      on.globalAlpha = 1;
      if (each.row.ongoing) arrow(on, to, y, thick);
      if (!isChosen && over !== each) continue;
      on.strokeStyle = tokenColor('--ink');
      on.lineWidth = 1.2;
      on.strokeRect(from - 2, y - thick / 2 - 2, to - from + 4, thick + 4);
    }
    if (!brush) return;
    on.fillStyle = tokenColor('--accent-soft');
    on.fillRect(x(brush.from), 0, x(brush.to) - x(brush.from), height - edge.bottom);
  }, [made, chosen, over, brush, bounds?.from, bounds?.to]);
  const find = (event: MouseEvent): Bar | null => {
    const lane = Math.floor((event.offsetY - edge.top) / step());
    return made.bars.find((each) => each.lane === lane && event.offsetX >= x(each.from) - 3 && event.offsetX <= Math.max(x(each.to), x(each.from) + 3) + 3) ?? null;
  };
  const press = (event: KeyboardEvent) => {
    const to = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (to === undefined || made.bars.length === 0) return;
    const now = made.bars.findIndex((each) => keyOf(each.row) === chosen);
    const next = made.bars[(now + to + made.bars.length) % made.bars.length];
    if (next) onChoose(next.row);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="attacks-lanes">
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={say('lanes.label', { count: made.bars.length })} onKeyDown={press}
        style={{ cursor: over ? 'pointer' : 'crosshair' }}
        onPointerDown={(event) => (down.current = event.offsetX)}
        onPointerMove={(event) => {
          if (down.current === null) return setOver(find(event));
          const [a, b] = [timeAt(down.current), timeAt(event.offsetX)];
          if (Math.abs(event.offsetX - down.current) > 4) setBrush({ from: Math.min(a, b), to: Math.max(a, b) });
        }}
        onPointerLeave={() => { down.current = null; setBrush(null); setOver(null); }}
        onPointerUp={(event) => {
          const found = find(event);
          if (brush) setRange({ live: false, from: Math.round(brush.from / 1000) * 1000, to: Math.max(Math.round(brush.to / 1000), Math.round(brush.from / 1000) + 60) * 1000 });
          else if (found) onChoose(found.row);
          down.current = null;
          setBrush(null);
        }} />
      {over && (
        <span class="tip">
          <b class="mono">{over.row.victim}</b> {age(secondsOf(over.row))} · {say('peak.text', { count: whole(over.row.most_per_minute) })}
          {over.row.attack_rate !== null && ` · ≈ ${short(over.row.attack_rate)} pps`}
        </span>
      )}
      {made.left > 0 && <span class="left">{say('lanes.left', { shown: made.bars.length, all: made.bars.length + made.left })}</span>}
    </div>
  );
}

/** It goes on: a point to the right. */
function arrow(on: CanvasRenderingContext2D, x: number, y: number, thick: number) {
  on.beginPath();
  on.moveTo(x + 2, y - thick / 2 - 1);
  on.lineTo(x + 7, y);
  on.lineTo(x + 2, y + thick / 2 + 1);
  on.fill();
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 20_160].map((each) => each * 60_000);

function grid(on: CanvasRenderingContext2D, width: number, height: number, bounds: { from: number; to: number } | null) {
  if (!bounds) return;
  const span = bounds.to - bounds.from;
  const step = steps.find((each) => (each / span) * (width - edge.left - edge.right) > 78) ?? 30 * 86_400_000;
  on.font = `11px ${tokenColor('--font')}`;
  on.textAlign = 'center';
  for (let at = Math.ceil(bounds.from / step) * step; at <= bounds.to; at += step) {
    const left = edge.left + ((at - bounds.from) / span) * (width - edge.left - edge.right);
    on.fillStyle = tokenColor('--line');
    on.fillRect(left, 0, 1, height - edge.bottom);
    on.fillStyle = tokenColor('--ink-3');
    const text = time(at, { seconds: false, zone: false });
    if (left > 34 && left < width - 34) on.fillText(step >= 86_400_000 ? text.slice(5, 10) : span > 86_400_000 ? text.slice(5) : text.slice(11), left, height - 6);
  }
}
