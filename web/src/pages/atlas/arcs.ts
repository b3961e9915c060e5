// Arcs of live packets: from the country of the source to the telescope, as high as the port. Pure but for the canvas that
// `drawArcs` gets.
import type { Colouring } from '../../parts/colouring';
import type { FrameFilter } from '../../parts/frame_filter';
import { portPart } from '../../parts/scales';
import { countryOf, type Frame } from '../../stream/frames';

export interface Arc {
  country: string;
  port: number;
  color: number;
  /** Milliseconds of this machine's clock. */
  born: number;
}

/** How long an arc flies, milliseconds. */
export const flight = 1500;
/** Arcs that are in the air at most: canvas draws so many at 30 frames/s without a GPU. */
export const mostArcs = 480;
const framesInTheAir = flight / 250;

/** The arcs in the air, with a bound; and what was not shown of what came. */
export class Arcs {
  private all: Arc[] = [];
  /** Packets of the last frame: in all, let through by the filter, without a country, drawn. */
  last = { packets: 0, fitting: 0, placeless: 0, drawn: 0 };

  take(frame: Frame, of: FrameFilter, colouring: Colouring, hasPlace: (country: string) => boolean) {
    const rows: number[] = [];
    let placeless = 0;
    for (let i = 0; i < frame.count; ++i) {
      if (!of.test(frame, i)) continue;
      const country = countryOf(frame.country[i] ?? 0);
      if (country !== null && hasPlace(country)) rows.push(i);
      else placeless += 1;
    }
    const room = Math.floor(mostArcs / framesInTheAir);
    const drawn = Math.min(rows.length, room);
    const span = Math.max(frame.length, (frame.time[frame.count - 1] ?? 0) / 1000);
    for (let k = 0; k < drawn; ++k) {
      const i = rows[Math.floor((k * rows.length) / drawn)] ?? 0;
      this.all.push({
        country: countryOf(frame.country[i] ?? 0) ?? '',
        port: frame.destinationPort[i] ?? 0,
        color: colouring.index(frame, i),
        born: frame.arrived + ((frame.time[i] ?? 0) / 1000 / span) * frame.length,
      });
    }
    this.last = { packets: frame.packets, fitting: rows.length + placeless, placeless, drawn };
  }
  /** What is in the air at a time; the landed are forgotten. */
  flying(now: number): readonly Arc[] {
    this.all = this.all.filter((each) => now - each.born < flight);
    return this.all;
  }
  clear() {
    this.all = [];
  }
}

export interface Point {
  x: number;
  y: number;
}

/** The middle point that bends an arc: above both ends by the port. */
export function bend(from: Point, to: Point, port: number, height: number): Point {
  return { x: (from.x + to.x) / 2, y: Math.min(from.y, to.y) - (0.06 + 0.62 * portPart(port)) * height };
}

/** A point of a quadratic curve, t from 0 to 1. */
export function along(from: Point, middle: Point, to: Point, t: number): Point {
  const s = 1 - t;
  return { x: s * s * from.x + 2 * s * t * middle.x + t * t * to.x, y: s * s * from.y + 2 * s * t * middle.y + t * t * to.y };
}

const trail = 0.16;
const pieces = 5;

/** The arcs at a time; `isStill`: whole lines without motion. */
export function drawArcs(
  on: CanvasRenderingContext2D, arcs: readonly Arc[], of: {
    now: number; height: number; isStill: boolean; place: (country: string) => Point | null; to: Point; color: (index: number) => string;
  },
) {
  on.lineCap = 'round';
  for (const each of arcs) {
    const from = of.place(each.country);
    const t = (of.now - each.born) / flight;
    if (!from || (t < 0 && !of.isStill)) continue;
    const middle = bend(from, of.to, each.port, of.height);
    on.strokeStyle = on.fillStyle = of.color(each.color);
    if (of.isStill) {
      on.globalAlpha = 0.3;
      on.lineWidth = 0.8;
      on.beginPath();
      on.moveTo(from.x, from.y);
      on.quadraticCurveTo(middle.x, middle.y, of.to.x, of.to.y);
      on.stroke();
      continue;
    }
    const eased = Math.min(1, t);
    let last = along(from, middle, of.to, Math.max(0, eased - trail));
    on.lineWidth = 1.3;
    for (let i = 1; i <= pieces; ++i) {
      const next = along(from, middle, of.to, Math.max(0, eased - trail + (trail * i) / pieces));
      on.globalAlpha = (0.85 * i) / pieces;
      on.beginPath();
      on.moveTo(last.x, last.y);
      on.lineTo(next.x, next.y);
      on.stroke();
      last = next;
    }
    on.globalAlpha = 1;
    on.fillRect(last.x - 1.2, last.y - 1.2, 2.4, 2.4);
  }
  on.globalAlpha = 1;
}
