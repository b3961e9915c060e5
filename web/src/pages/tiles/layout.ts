// Where tiles lie on a wall of any height, and which are in view. Pure; lengths in pixels.

export interface Sizes {
  /** Of a whole tile, its line of text included. */
  width: number;
  height: number;
  gap: number;
  /** Height of a group's heading; 0: groups have none. */
  head: number;
}
export interface WallRow {
  y: number;
  /** Heading of a group, or tiles [first, end) side by side. */
  head: number | null;
  first: number;
  end: number;
}
export interface WallLayout {
  rows: WallRow[];
  perRow: number;
  /** From one tile to the next in a row: what is left of the width goes between them. */
  pitch: number;
  height: number;
}

/** The gap between tiles of a row grows to no more than this. */
const mostGap = 44;

/** `counts` are the tiles of each group, in order; tiles are numbered through all groups. */
export function layOut(counts: readonly number[], width: number, of: Sizes): WallLayout {
  const perRow = Math.max(1, Math.floor((width + of.gap) / (of.width + of.gap)));
  const rows: WallRow[] = [];
  let y = 0;
  let first = 0;
  for (const [group, count] of counts.entries()) {
    const end = first + count;
    if (of.head > 0) {
      rows.push({ y, head: group, first, end: first });
      y += of.head;
    }
    for (; first < end; first += perRow) {
      rows.push({ y, head: null, first, end: Math.min(end, first + perRow) });
      y += of.height + of.gap;
    }
    first = end;
  }
  const free = perRow > 1 ? (width - perRow * of.width) / (perRow - 1) : of.gap;
  return { rows, perRow, pitch: of.width + Math.max(of.gap, Math.min(mostGap, Math.floor(free))), height: y };
}

/** Rows that a window from `top` shows, of those sorted by y. */
export function rowsInView(of: WallLayout, top: number, height: number, tallest: number): WallRow[] {
  let low = 0;
  let high = of.rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((of.rows[middle]?.y ?? 0) + tallest < top) low = middle + 1;
    else high = middle;
  }
  const out: WallRow[] = [];
  for (let i = low; i < of.rows.length; ++i) {
    const row = of.rows[i];
    if (!row || row.y > top + height) break;
    out.push(row);
  }
  return out;
}

/** The tile that a key leads to; null: the key is another's. */
export function moved(of: WallLayout, count: number, at: number, key: string, page: number): number | null {
  if (count === 0) return null;
  const clamp = (to: number) => Math.max(0, Math.min(count - 1, to));
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  if (key === 'ArrowRight') return clamp(at + 1);
  if (key === 'ArrowLeft') return clamp(at - 1);
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
  const step = steps[key];
  if (step === undefined) return null;
  const rows = of.rows.filter((each) => each.head === null);
  const row = rows.findIndex((each) => at >= each.first && at < each.end);
  if (row < 0) return 0;
  const column = at - (rows[row]?.first ?? 0);
  const to = rows[Math.max(0, Math.min(rows.length - 1, row + step))];
  return to ? Math.min(to.end - 1, to.first + column) : at;
}

export function rowOf(of: WallLayout, tile: number): WallRow | null {
  return of.rows.find((each) => each.head === null && tile >= each.first && tile < each.end) ?? null;
}
