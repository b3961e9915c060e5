// Plays frames: what is live is a replay without delay. Holds the time of the picture, and puts into the ring of marks what
// has set out by then.
import type { Colouring } from '../../parts/colouring';
import type { FrameFilter } from '../../parts/frame_filter';
import { freshTime } from '../../stream/ring';
import { hiddenDestination, type Batch } from './batch';
import { MarkRing, type Timing } from './marks';

export interface PlayerOptions {
  filter: FrameFilter;
  colouring: Colouring;
  timing: Timing;
  /** Marks in the picture at most, and of one batch. */
  most: number;
  mostOfBatch: number;
  /** Milliseconds that a batch spans: a quarter of a second, or all of a stored range. */
  span: number;
  /** What is kept of a batch that is older than a minute; not given: all of it. */
  keep?: (of: Batch) => Batch;
}

export class Player {
  readonly ring: MarkRing;
  /** Batches, the oldest first. */
  private batches: Batch[] = [];
  /** Batches before this one are in the ring, or over. */
  private next = 0;
  /** Batches before this one have been thinned. */
  private old = 0;
  private last = Number.NEGATIVE_INFINITY;
  /** Addresses of the telescope, as far as they were seen: the next power of two. */
  size = 256;
  hasHidden = false;
  /** Packets of the newest batch that was played: in all, in its sample, let through, drawn. */
  shown = { packets: 0, sampled: 0, fitting: 0, drawn: 0 };
  constructor(readonly of: PlayerOptions) {
    this.ring = new MarkRing(Math.max(1024, 2 * of.most));
  }

  get life() {
    return this.of.timing.flight + this.of.timing.glow;
  }

  add(batch: Batch, oldest = Number.NEGATIVE_INFINITY) {
    this.measure(batch);
    this.batches.push(batch);
    const { keep } = this.of;
    for (let each = this.batches[this.old]; keep && each && batch.bornAt(0) - each.bornAt(0) > freshTime; each = this.batches[this.old]) {
      this.batches[this.old] = keep(each);
      this.old += 1;
    }
    let gone = 0;
    while (gone < this.batches.length - 1 && (this.batches[gone]?.bornAt(0) ?? 0) < oldest) gone += 1;
    if (gone === 0) return;
    this.batches.splice(0, gone);
    this.next = Math.max(0, this.next - gone);
    this.old = Math.max(0, this.old - gone);
  }

  /** A telescope that turns out larger has all its marks placed anew. */
  private measure(batch: Batch) {
    let most = 0;
    for (const place of batch.frame.destination)
      if (place === hiddenDestination) this.hasHidden = true;
      else if (place > most) most = place;
    if (most < this.size) return;
    while (most >= this.size) this.size *= 2;
    this.last = Number.NEGATIVE_INFINITY;
  }

  /** The first and last time that can be shown. */
  get bounds(): { from: number; to: number } | null {
    const first = this.batches[0];
    const last = this.batches[this.batches.length - 1];
    return first && last ? { from: first.bornAt(0), to: last.bornAt(0) + this.of.span } : null;
  }

  /** Brings the ring to a time of the clock. */
  advance(to: number) {
    if (to < this.last || to - this.last > this.life) {
      // A jump: the marks of the time before it are played anew.
      this.ring.clear();
      this.next = this.batches.findIndex((each) => each.bornAt(0) + this.of.span >= to - this.life);
      if (this.next < 0) this.next = this.batches.length;
    }
    this.last = to;
    for (; this.next < this.batches.length; ++this.next) {
      const batch = this.batches[this.next];
      if (!batch || batch.bornAt(0) > to) return;
      this.play(batch);
    }
  }

  private play(batch: Batch) {
    const { filter, colouring, mostOfBatch } = this.of;
    const rows: number[] = [];
    for (let i = 0; i < batch.frame.count; ++i) if (filter.test(batch.frame, i)) rows.push(i);
    const drawn = Math.min(rows.length, mostOfBatch);
    for (let k = 0; k < drawn; ++k) {
      const i = rows[Math.floor((k * rows.length) / drawn)] ?? 0;
      this.ring.push(batch, i, colouring.index(batch.frame, i), this.size);
    }
    this.shown = { packets: batch.frame.packets, sampled: batch.frame.count, fitting: rows.length, drawn };
  }

  /** Batches that set out in [from, to): for the heat map. */
  between(from: number, to: number): Batch[] {
    return this.batches.filter((each) => each.bornAt(0) + this.of.span > from && each.bornAt(0) <= to);
  }
}
