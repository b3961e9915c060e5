// Where the sources of a thing rose most. Pure.

export interface Growth {
  /** Sources of the hours before, their median, and the most after. */
  before: number;
  after: number;
  factor: number;
  /** The begin of the first hour with at least half of the most, milliseconds. */
  at: number;
}

/**
 * The hour with most sources against the median of the hours before it that are less than half of it. Null: fewer than
 * two hours, or none before was lower. The first and the last hour may be parts of hours; they only make it smaller.
 */
export function steepest(rows: readonly { time?: string | null; sources?: number | null }[]): Growth | null {
  const known = rows
    .flatMap((each) => (each.time ? [{ at: Date.parse(each.time), sources: each.sources ?? 0 }] : []))
    .sort((a, b) => a.at - b.at);
  const most = Math.max(0, ...known.map((each) => each.sources));
  const rise = known.findIndex((each) => each.sources >= most / 2);
  const low = known.slice(0, Math.max(0, rise)).map((each) => each.sources).sort((a, b) => a - b);
  const first = known[rise];
  if (low.length === 0 || first === undefined || most === 0) return null;
  const before = low[Math.floor((low.length - 1) / 2)] ?? 0;
  return { before, after: most, factor: most / Math.max(1, before), at: first.at };
}
