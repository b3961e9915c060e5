// Rows of a table: sorting, and which of them are in view. Pure.

export type Cell = string | number | null;
export interface Sort {
  key: string;
  isDown: boolean;
}

/** Numbers by size, texts by their letters, what is not known last either way. Equal rows keep their order. */
export function sorted<T>(rows: readonly T[], value: (row: T) => Cell, isDown: boolean): T[] {
  const keyed = rows.map((row, at) => ({ row, at, key: value(row) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return a.key === b.key ? a.at - b.at : a.key === null ? 1 : -1;
    const order =
      typeof a.key === 'number' && typeof b.key === 'number' ? a.key - b.key : String(a.key) < String(b.key) ? -1 : String(a.key) > String(b.key) ? 1 : 0;
    return (isDown ? -order : order) || a.at - b.at;
  });
  return keyed.map((each) => each.row);
}

/** A click on a column: first its better direction (numbers down), then the other, then none. */
export function nextSort(of: Sort | null, key: string, isNumber: boolean): Sort | null {
  if (of?.key !== key) return { key, isDown: isNumber };
  return of.isDown === isNumber ? { key, isDown: !isNumber } : null;
}

/** The rows [first, end) that a window shows, with some more around it. */
export function inView(count: number, rowHeight: number, scrollTop: number, height: number, more = 8): { first: number; end: number } {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - more);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + more);
  return { first: Math.min(first, count), end: Math.max(end, Math.min(first, count)) };
}

/** A column without a length of its own has at least so many pixels. */
const leastColumn = 60;
/** What a cell can give of the room left and right of its text. */
const mostSqueeze = 10;

const lengthOf = (width: string): number => Number(/(\d+)px/.exec(width)?.[1] ?? leastColumn);

/**
 * Columns for a table of `room` pixels. Where they are a little too wide ("90px", "minmax(84px, 1fr)") each gives `squeeze`
 * pixels of the room around its text; where that is not enough they stay as they are, and the table scrolls to `least`.
 */
export function fitted(widths: readonly string[], room: number): { columns: string; squeeze: number; least: number } {
  const wanted = widths.reduce((sum, each) => sum + lengthOf(each), 0);
  const needed = room > 0 ? Math.ceil(Math.max(0, wanted - room) / widths.length) : 0;
  const squeeze = needed <= mostSqueeze ? needed : 0;
  const columns = widths.map((each) => each.replace(/(\d+)px/, (_, of: string) => `${Number(of) - squeeze}px`)).join(' ');
  return { columns, squeeze, least: wanted - squeeze * widths.length };
}
