// Rings: the newest N of something, in memory that does not grow.
import { thinned, type Frame } from './frames';

export class Ring<T> {
  private readonly held: (T | undefined)[];
  private next = 0;
  private filled = 0;
  constructor(readonly most: number) {
    this.held = new Array<T | undefined>(most);
  }
  push(each: T) {
    this.held[this.next] = each;
    this.next = (this.next + 1) % this.most;
    this.filled = Math.min(this.most, this.filled + 1);
  }
  get size() {
    return this.filled;
  }
  /** From the oldest to the newest. */
  *[Symbol.iterator](): Generator<T> {
    for (let i = 0; i < this.filled; ++i)
      yield this.held[(this.next - this.filled + i + this.most) % this.most] as T;
  }
  newest(): T | undefined {
    return this.filled === 0 ? undefined : this.held[(this.next - 1 + this.most) % this.most];
  }
  clear() {
    this.held.fill(undefined);
    this.next = this.filled = 0;
  }
}

/** Frames older than this, milliseconds, keep a sample of their packets: ten minutes of a busy telescope have to fit. */
export const freshTime = 60_000;
/** Packets of an old frame at most: nine minutes of those, and one of 2,000 each, are less than a million. */
export const mostOfOld = 200;

/**
 * The frames of the last ten minutes by the clock of this machine (a replay's packets have times of their own), with a
 * bound on their marks: what rewinding shows. 23 bytes a mark.
 */
export class FrameHistory {
  private frames: Frame[] = [];
  marks = 0;
  /** Frames before this one are thinned. */
  private old = 0;
  constructor(readonly mostMarks = 1_000_000, readonly mostTime = 600_000) {}
  push(each: Frame) {
    this.frames.push(each);
    this.marks += each.count;
    for (let next = this.frames[this.old]; next && each.arrived - next.arrived > freshTime; next = this.frames[this.old]) {
      const thin = thinned(next, mostOfOld);
      this.marks -= next.count - thin.count;
      this.frames[this.old] = thin;
      this.old += 1;
    }
    let gone = 0;
    while (
      gone < this.frames.length - 1 &&
      (this.marks > this.mostMarks || each.arrived - (this.frames[gone]?.arrived ?? 0) > this.mostTime)
    ) {
      this.marks -= this.frames[gone]?.count ?? 0;
      gone += 1;
    }
    if (gone > 0) this.frames.splice(0, gone);
    this.old = Math.max(0, this.old - gone);
  }
  /** Frames that arrived in [from, to), milliseconds. */
  between(from: number, to: number): Frame[] {
    return this.frames.filter((each) => each.arrived >= from && each.arrived < to);
  }
  all(): readonly Frame[] {
    return this.frames;
  }
  clear() {
    this.frames = [];
    this.marks = this.old = 0;
  }
  get first() {
    return this.frames[0];
  }
  get last() {
    return this.frames[this.frames.length - 1];
  }
}
