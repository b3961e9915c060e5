// What GET /api/v1/behaviours answers, made ready for drawing: one tile per source, ports by time. Pure.

export interface Band {
  /** Destination ports, both included. */
  low: number;
  high: number;
  label: string;
}
export interface TileFacts {
  source: string;
  first: string | null;
  last: string | null;
  packets: number;
  ports: number;
  tool: string | null;
  class: string | null;
  scanner: string | null;
  country: string | null;
  as: number | null;
}
export interface BehavioursAnswer {
  columns: readonly { begin: string }[];
  rows: readonly Band[];
  tiles: readonly (TileFacts & { cells: string })[];
  /** Sources that match; the tiles may be fewer. */
  total: number;
}
export interface Tile extends TileFacts {
  /** bands × columns, row by row: 0 nothing, 255 the most of all tiles, by the logarithm. */
  cells: Uint8Array;
}
export interface Behaviours {
  /** Where columns begin, milliseconds; one more than there are columns: the last is the end. */
  times: number[];
  bands: readonly Band[];
  tiles: Tile[];
  total: number;
}

/** base64 to bytes; what is too short is filled with nothing, what is too long is cut. */
export function cellsOf(text: string, size: number): Uint8Array {
  const out = new Uint8Array(size);
  const bytes = atob(text);
  for (let i = 0; i < size && i < bytes.length; ++i) out[i] = bytes.charCodeAt(i);
  return out;
}

/** `end` closes the last column, milliseconds. */
export function behavioursOf(answer: BehavioursAnswer, end: number): Behaviours {
  const begins = answer.columns.map((each) => Date.parse(each.begin));
  const size = begins.length * answer.rows.length;
  const step = begins.length > 1 ? (begins[1] ?? 0) - (begins[0] ?? 0) : 0;
  return {
    times: [...begins, step > 0 ? (begins[begins.length - 1] ?? 0) + step : end],
    bands: answer.rows,
    tiles: answer.tiles.map(({ cells, ...facts }) => ({ ...facts, cells: cellsOf(cells, size) })),
    total: answer.total,
  };
}

/** How alike two behaviours are: the cosine of their cells, 0 (nothing in common) to 1. */
export function likeness(a: Uint8Array, b: Uint8Array): number {
  let [both, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; ++i) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    both += x * y;
    left += x * x;
    right += y * y;
  }
  return left === 0 || right === 0 ? 0 : both / Math.sqrt(left * right);
}

// --- groups ---------------------------------------------------------------------------------------------

export const groupings = ['tool', 'class', 'country', 'none'] as const;
export type Grouping = (typeof groupings)[number];

export interface TileGroup {
  /** The tool, class or country; null: not known. */
  key: string | null;
  packets: number;
  tiles: Tile[];
}

/** Large groups first, what is not known last; tiles keep their order. */
export function grouped(tiles: readonly Tile[], by: Grouping): TileGroup[] {
  const found = new Map<string | null, TileGroup>();
  for (const each of tiles) {
    const key = by === 'none' ? null : each[by] || null;
    let group = found.get(key);
    if (!group) found.set(key, (group = { key, packets: 0, tiles: [] }));
    group.tiles.push(each);
    group.packets += each.packets;
  }
  return [...found.values()].sort((a, b) =>
    a.key === null || b.key === null ? (a.key === b.key ? 0 : a.key === null ? 1 : -1) : b.tiles.length - a.tiles.length);
}

/** The condition that a part of a tile stands for: its bands as a range of ports. */
export function portTerm(bands: readonly Band[], first: number, last: number): string | null {
  const low = bands[Math.max(0, Math.min(first, last))]?.low;
  const high = bands[Math.min(bands.length - 1, Math.max(first, last))]?.high;
  if (low === undefined || high === undefined) return null;
  return low === high ? `dst.port == ${low}` : `dst.port in ${low}..${high}`;
}
