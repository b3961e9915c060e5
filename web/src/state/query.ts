// What is asked, as the URL has it. Pure: no signals, no browser.
//
//   /now?filter=port%20%3D%3D%2023&span=1h           live: the newest hour
//   /now?from=2026-01-15T09:00:00Z&to=2026-01-15T10:00:00Z&sort=sources     fixed; `sort` is the page's own

/** Live: the newest `span` seconds; `isOpen`: nobody chose them. Fixed: from (included) to (not), milliseconds since 1970. */
export type Range = { live: true; span: number; isOpen?: true } | { live: false; from: number; to: number };

export interface Query {
  path: string;
  filter: string;
  range: Range;
  /** What the drawer shows: "host:192.0.2.7"; empty: it is closed. */
  show: string;
  /** The page's own parameters. */
  params: Readonly<Record<string, string>>;
}

export const usualSpan = 24 * 3600;
export const leastSpan = 60;
export const mostSpan = 366 * 24 * 3600;

/** The span that shows data of so many seconds, and the minutes at both ends: a quarter of an hour to a day. */
export const spanOf = (seconds: number): number => [900, 3600, 6 * 3600].find((each) => seconds + 60 <= each) ?? usualSpan;

const units: readonly [string, number][] = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];

/** "90min", "24h", "7d"; null for anything else, and for what is not 1 min to 366 days. */
export function parseSpan(text: string): number | null {
  const found = /^(\d{1,9})(d|h|min|s)$/.exec(text);
  if (!found) return null;
  const unit = units.find(([name]) => name === found[2]);
  const seconds = Number(found[1]) * (unit?.[1] ?? Number.NaN);
  return seconds >= leastSpan && seconds <= mostSpan ? seconds : null;
}

/** The largest unit that divides; days only from two on: "24h", "7d", "90min". */
export function formatSpan(seconds: number): string {
  for (const [name, size] of units)
    if (seconds % size === 0 && (name !== 'd' || seconds >= 2 * size)) return `${seconds / size}${name}`;
  return `${Math.round(seconds)}s`;
}

/** "2026-01-15T09:00:00Z", with milliseconds when there are some. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** ISO 8601 with a zone, or a day or time that is taken as UTC; null for anything else. */
export function parseTime(text: string): number | null {
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text.trim());
  if (!found) return null;
  const ms = Date.parse(`${found[1]}T${found[2] ?? '00:00'}${found[3] ?? 'Z'}`);
  return Number.isNaN(ms) ? null : ms;
}

const own = new Set(['filter', 'from', 'to', 'span', 'show']);

export function parseQuery(path: string, search: string): Query {
  const all = new URLSearchParams(search);
  const ends = [parseTime(all.get('from') ?? ''), parseTime(all.get('to') ?? '')] as const;
  // Whoever typed them the wrong way round means the same time.
  const isTurned = ends[0] !== null && ends[1] !== null && ends[0] > ends[1];
  const [from, to] = isTurned ? [ends[1], ends[0]] : ends;
  const span = parseSpan(all.get('span') ?? '');
  const range: Range =
    from !== null && to !== null && to > from ? { live: false, from, to }
    : span !== null ? { live: true, span } : { live: true, span: usualSpan, isOpen: true };
  const params: Record<string, string> = {};
  for (const [name, value] of all) if (!own.has(name)) params[name] = value;
  return { path: path || '/', filter: (all.get('filter') ?? '').trim(), range, show: all.get('show') ?? '', params };
}

/** The same query always gives the same text: parameters in a fixed order, what nobody chose left out. */
export function formatQuery(of: Query): string {
  const all = new URLSearchParams();
  if (of.filter) all.set('filter', of.filter);
  if (of.range.live) {
    if (!of.range.isOpen) all.set('span', formatSpan(of.range.span));
  } else {
    all.set('from', formatTime(of.range.from));
    all.set('to', formatTime(of.range.to));
  }
  for (const name of Object.keys(of.params).sort()) {
    const value = of.params[name];
    if (value) all.set(name, value);
  }
  if (of.show) all.set('show', of.show);
  const text = all.toString();
  return of.path + (text ? `?${text}` : '');
}

/** The range moved by a part of its length; live ones become fixed ones that end there. */
export function shift(of: Range, part: number, now: number): Range {
  const { from, to } = bounds(of, now);
  const by = Math.round(((to - from) * part) / 1000) * 1000;
  return { live: false, from: from + by, to: to + by };
}

/** The range made longer (factor > 1) or shorter; a live one stays live. */
export function zoom(of: Range, factor: number): Range {
  if (of.live) return { live: true, span: clamp(Math.round((of.span * factor) / 60) * 60) };
  const middle = (of.from + of.to) / 2;
  const half = (clamp(((of.to - of.from) / 1000) * factor) * 1000) / 2;
  return { live: false, from: Math.round(middle - half), to: Math.round(middle + half) };
}

const clamp = (span: number) => Math.min(mostSpan, Math.max(leastSpan, span));

export function bounds(of: Range, now: number): { from: number; to: number } {
  return of.live ? { from: now - of.span * 1000, to: now } : { from: of.from, to: of.to };
}
