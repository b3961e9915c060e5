// The ring of marks that the graphics card has: 16 bytes a packet. Positions and fading follow from `now - born` in the
// shader, so a picture uploads only the marks that are new, and never touches the old ones.
//
//   word 0   source: the upper 16 bits of its address, its port << 16
//   word 1   destination: its place in the telescope as 16 bits, its port << 16
//   word 2   born, milliseconds of the player's clock, modulo 2^32
//   word 3   colour
import type { Batch } from './batch';
import { hiddenDestination } from './batch';

/** Half the size of the box: the way, the height (addresses), the depth (ports). */
export const half = { x: 1.4, y: 0.85, z: 0.85 } as const;

export interface Timing {
  /** Milliseconds from one side to the other. */
  flight: number;
  /** Milliseconds that it glows where it arrived. */
  glow: number;
}

export class MarkRing {
  readonly words: Uint32Array;
  private readonly batches: (Batch | undefined)[];
  private readonly rows: Uint32Array;
  private next = 0;
  private filled = 0;
  /** What has to be uploaded: marks [from, to) of the ring, without going around its end. */
  private dirty: [number, number][] = [];

  constructor(readonly most: number) {
    this.words = new Uint32Array(4 * most);
    this.batches = new Array<Batch | undefined>(most);
    this.rows = new Uint32Array(most);
  }

  push(batch: Batch, i: number, color: number, size: number) {
    const { frame } = batch;
    const at = this.next;
    const place = frame.destination[i] ?? 0;
    const destination = place === hiddenDestination ? 32768 : Math.min(65535, Math.floor(((place + 0.5) / size) * 65536));
    this.words[4 * at] = ((frame.source[i] ?? 0) >>> 16) | ((frame.sourcePort[i] ?? 0) << 16);
    this.words[4 * at + 1] = destination | ((frame.destinationPort[i] ?? 0) << 16);
    this.words[4 * at + 2] = Math.floor(batch.bornAt(i)) % 2 ** 32;
    this.words[4 * at + 3] = color;
    this.batches[at] = batch;
    this.rows[at] = i;
    const last = this.dirty[this.dirty.length - 1];
    if (last && last[1] === at) last[1] = at + 1;
    else this.dirty.push([at, at + 1]);
    this.next = (at + 1) % this.most;
    this.filled = Math.min(this.most, this.filled + 1);
  }

  /** What is new since the last call. */
  takeDirty(): readonly (readonly [number, number])[] {
    const out = this.dirty;
    this.dirty = [];
    return out;
  }

  clear() {
    this.next = this.filled = 0;
    this.dirty = [];
    this.batches.fill(undefined);
  }

  get size() {
    return this.filled;
  }

  age(at: number, now: number): number {
    return (Math.floor(now) - (this.words[4 * at + 2] ?? 0)) | 0;
  }

  /**
   * The marks that can be seen, as at most two runs [from, to) of the ring. Marks are in the order of their births (nearly:
   * by frames), so those before the first that lives are over.
   */
  alive(now: number, life: number): readonly (readonly [number, number])[] {
    const oldest = (this.next - this.filled + this.most) % this.most;
    let [low, high] = [0, this.filled];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.age((oldest + middle) % this.most, now) > life) low = middle + 1;
      else high = middle;
    }
    const count = this.filled - low;
    const from = (oldest + low) % this.most;
    if (count === 0) return [];
    return from + count <= this.most ? [[from, from + count]] : [[from, this.most], [0, from + count - this.most]];
  }

  /** The packet of a mark. */
  packet(at: number): { batch: Batch; i: number } | null {
    const batch = this.batches[at];
    return batch ? { batch, i: this.rows[at] ?? 0 } : null;
  }

  /** Where a mark is: as the shader has it. Null: it has not set out, or is over. */
  position(at: number, now: number, of: Timing, part: (port: number) => number): [number, number, number] | null {
    const age = this.age(at, now);
    if (age < 0 || age > of.flight + of.glow) return null;
    const [a = 0, b = 0] = [this.words[4 * at], this.words[4 * at + 1]];
    const t = of.flight <= 0 ? 1 : Math.min(1, age / of.flight);
    const mix = (from: number, to: number) => from + (to - from) * t;
    return [
      mix(-half.x, half.x),
      mix(heightOf(a & 0xffff), heightOf(b & 0xffff)),
      mix(depthOf(part(a >>> 16)), depthOf(part(b >>> 16))),
    ];
  }
}

/** Of 16 bits of an address; 0 is below. */
export const heightOf = (bits: number): number => (bits / 65535 - 0.5) * 2 * half.y;
/** Of a port's place on its scale, 0 to 1; 0 is in front. */
export const depthOf = (part: number): number => (0.5 - part) * 2 * half.z;
