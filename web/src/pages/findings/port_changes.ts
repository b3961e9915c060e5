// What changed by counting alone: sources of each port, one half of a time against the other. Pure.
export interface PortRow {
  protocol?: string;
  port?: number;
  packets: number;
  sources?: number | null;
}
export interface PortChange {
  protocol: string;
  port: number;
  before: number;
  after: number;
  /** In standard deviations of a Poisson number: (after - before) / sqrt(before), of 1 at least. */
  score: number;
}

/** Ports by how much their sources rose from one half of a time to the other, the most first; falls are left out. */
export function portChanges(before: readonly PortRow[], after: readonly PortRow[], least = 10): PortChange[] {
  const key = (each: PortRow) => `${each.protocol} ${each.port}`;
  const old = new Map(before.map((each) => [key(each), each.sources ?? 0]));
  return after
    .flatMap((each): PortChange[] => {
      const [was, is] = [old.get(key(each)) ?? 0, each.sources ?? 0];
      if (each.port === undefined || is < least || is <= was) return [];
      return [{ protocol: each.protocol ?? '', port: each.port, before: was, after: is, score: (is - was) / Math.sqrt(Math.max(1, was)) }];
    })
    .sort((a, b) => b.score - a.score);
}

/** The middle of a time, to the minute, between first and last; null where there is nothing to cut. */
export function middleOf(first: string | null, last: string | null): { from: number; middle: number; to: number } | null {
  if (first === null || last === null) return null;
  const [from, to] = [Date.parse(first), Date.parse(last) + 60_000];
  const middle = Math.round((from + to) / 2 / 60_000) * 60_000;
  return middle > from && middle < to ? { from, middle, to } : null;
}
