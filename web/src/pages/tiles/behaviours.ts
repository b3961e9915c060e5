// What GET /api/v1/behaviours answers, made ready for drawing: one tile per source, ports by time. Pure.

/** Destination ports, both included; a port is of the narrowest band that has it. Without ends: packets without a port. */
export interface Band {
  low: number | null;
  high: number | null;
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
  columns: readonly { begin: string | null }[];
  column_seconds: number;
  rows: readonly Band[];
  tiles: readonly (TileFacts & { cells: string })[];
  /** Sources that match; the tiles may be fewer. */
  total: number;
}
export interface Tile extends TileFacts {
  /** bands × columns, row by row: 0 nothing, else 1 + 12 log2(packets). */
  cells: Uint8Array;
}
export interface Behaviours {
  /** Where columns begin, milliseconds; one more than there are columns: the last is the end. */
  times: number[];
  bands: readonly Band[];
  tiles: Tile[];
  /** The largest cell of all. */
  most: number;
  total: number;
}

/** How many packets a cell stands for; a twelfth of an octave is what it can tell. */
export const packetsOf = (cell: number): number => (cell === 0 ? 0 : Math.round(2 ** ((cell - 1) / 12)));

/** base64 to bytes; what is too short is filled with nothing, what is too long is cut. */
export function cellsOf(text: string, size: number): Uint8Array {
  const out = new Uint8Array(size);
  const bytes = atob(text);
  for (let i = 0; i < size && i < bytes.length; ++i) out[i] = bytes.charCodeAt(i);
  return out;
}

export function behavioursOf(answer: BehavioursAnswer): Behaviours {
  const begins = answer.columns.map((each) => Date.parse(each.begin ?? ''));
  const size = begins.length * answer.rows.length;
  const tiles = answer.tiles.map(({ cells, ...facts }) => ({ ...facts, cells: cellsOf(cells, size) }));
  let most = 1;
  for (const { cells } of tiles) for (const each of cells) if (each > most) most = each;
  return {
    times: [...begins, (begins[begins.length - 1] ?? 0) + answer.column_seconds * 1000],
    bands: answer.rows,
    tiles,
    most,
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

export const groupings = ['tool', 'campaign', 'class', 'country', 'none'] as const;
export type Grouping = (typeof groupings)[number];

export interface TileGroup {
  /** The tool, campaign, class or country; null: none, or not known. */
  key: string | null;
  packets: number;
  tiles: Tile[];
}

/** Large groups first, what is not known last; tiles keep their order. `campaigns`: their names by source. */
export function grouped(tiles: readonly Tile[], by: Grouping, campaigns: ReadonlyMap<string, string> = new Map()): TileGroup[] {
  const found = new Map<string | null, TileGroup>();
  for (const each of tiles) {
    const key = by === 'none' ? null : by === 'campaign' ? (campaigns.get(each.source) ?? null) : each[by] || null;
    let group = found.get(key);
    if (!group) found.set(key, (group = { key, packets: 0, tiles: [] }));
    group.tiles.push(each);
    group.packets += each.packets;
  }
  return [...found.values()].sort((a, b) =>
    a.key === null || b.key === null ? (a.key === b.key ? 0 : a.key === null ? 1 : -1) : b.tiles.length - a.tiles.length);
}

const ends = (of: Band): [number, number] | null => (of.low === null || of.high === null ? null : [of.low, of.high]);
const written = ([low, high]: readonly [number, number]) => (low === high ? String(low) : `${low}..${high}`);
const among = (field: string, of: readonly (readonly [number, number])[], is: '==' | '!='): string => {
  const [only] = of;
  if (of.length === 1 && only && only[0] === only[1]) return `${field} ${is} ${only[0]}`;
  const values = of.map(written).join(', ');
  return `${field} ${is === '==' ? 'in' : 'not in'} ${of.length === 1 ? values : `{${values}}`}`;
};

/** The conditions that bands [first, last] stand for; narrower bands within them that are not chosen are left out. */
export function portTerms(bands: readonly Band[], first: number, last: number): string[] {
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  const chosen = bands.slice(low, high + 1).flatMap((each) => [ends(each)].filter((is) => is !== null));
  if (chosen.length === 0) return bands[low] ? ['protocol not in {tcp, udp}'] : [];
  const others = bands.flatMap((each, i) => (i >= low && i <= high ? [] : [ends(each)].filter((is) => is !== null)));
  const isWithin = (a: readonly [number, number], b: readonly [number, number]) => a[0] >= b[0] && a[1] <= b[1] && written(a) !== written(b);
  const left = others.filter((each) => chosen.some((of) => isWithin(each, of)));
  const needed = chosen.filter((each) => !chosen.some((of) => isWithin(each, of)));
  return [among('dst.port', needed, '=='), ...(left.length > 0 ? [among('dst.port', left, '!=')] : [])];
}
