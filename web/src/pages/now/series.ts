// Counts over time from what the API lists. Pure.

export interface WindowRow {
  start: string | null;
  seconds: number;
  packets: number;
  sources: number;
  destinations: number;
}
export interface Line {
  /** Seconds since 1970. */
  times: number[];
  packets: (number | null)[];
  sources: (number | null)[];
  destinations: (number | null)[];
}

/**
 * Windows of all sensors by minute: packets are added, of sources and destinations the most that one sensor saw is taken
 * (they may be the same). Minutes without a window are gaps, where windows lie on both sides.
 */
export function byMinute(rows: readonly WindowRow[]): Line {
  const found = new Map<number, { packets: number; sources: number; destinations: number }>();
  for (const each of rows) {
    if (each.start === null || each.seconds <= 0) continue;
    const at = Math.floor(Date.parse(each.start) / 60_000) * 60;
    const scale = 60 / each.seconds;
    const of = found.get(at) ?? { packets: 0, sources: 0, destinations: 0 };
    of.packets += each.packets * scale;
    of.sources = Math.max(of.sources, each.sources);
    of.destinations = Math.max(of.destinations, each.destinations);
    found.set(at, of);
  }
  const out: Line = { times: [], packets: [], sources: [], destinations: [] };
  let last: number | null = null;
  for (const at of [...found.keys()].sort((a, b) => a - b)) {
    if (last !== null && at - last > 60) push(out, last + 60, null);
    push(out, at, found.get(at) ?? null);
    last = at;
  }
  return out;
}

function push(to: Line, at: number, of: { packets: number; sources: number; destinations: number } | null) {
  to.times.push(at);
  to.packets.push(of?.packets ?? null);
  to.sources.push(of?.sources ?? null);
  to.destinations.push(of?.destinations ?? null);
}

/** Hours or minutes of statistics: rows that are not there are zeros, between the first and the last. */
export function byStep(rows: readonly { time?: string | null; packets: number; sources?: number | null }[], step: number): Line {
  const found = new Map<number, { packets: number; sources: number | null }>();
  for (const each of rows) if (each.time) found.set(Date.parse(each.time) / 1000, { packets: each.packets, sources: each.sources === undefined ? 0 : each.sources });
  const all = [...found.keys()];
  const out: Line = { times: [], packets: [], sources: [], destinations: [] };
  if (all.length === 0) return out;
  const end = Math.max(...all);
  for (let at = Math.min(...all); at <= end; at += step) {
    const of = found.get(at);
    out.times.push(at);
    out.packets.push(of?.packets ?? 0);
    // Null: of these minutes the sources were not counted.
    out.sources.push(of ? of.sources : 0);
    out.destinations.push(null);
  }
  return out;
}

/** `values` at `times` moved onto other times; null where there is none. */
export function alignedTo(times: readonly number[], of: Line, shift: number): (number | null)[] {
  const known = new Map(of.times.map((at, i) => [at + shift, of.packets[i] ?? null]));
  return times.map((at) => known.get(at) ?? null);
}

/** Means of `count` equal parts: a trend in few points. */
export function thinned(values: readonly (number | null)[], count: number): (number | null)[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count));
    const known = part.filter((each) => each !== null);
    return known.length === 0 ? null : known.reduce((sum, each) => sum + each, 0) / known.length;
  });
}

export interface NewSources {
  count: number;
  /** Fewer than this cannot be told from none: two standard deviations of the difference of two estimates. */
  least: number;
}

/** Sources never seen before: all known at the end less all known at the begin. */
export function newSources(end: number, begin: number, relativeError: number): NewSources {
  return { count: Math.max(0, end - begin), least: 2 * relativeError * Math.hypot(end, begin) };
}
