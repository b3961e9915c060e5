// Ninety days by hour as a grid: a column for each day, a row for each hour of the day, in the zone of the person. Pure.

export interface Calendar {
  /** The begin of the first day, milliseconds. */
  begin: number;
  days: number;
  /** One for each hour, day by day: packets; null where the telescope itself saw nothing at all. */
  cells: (number | null)[];
  most: number;
}

export const hour = 3600_000;
export const day = 24 * hour;

export interface HourRow {
  time?: string | null;
  packets: number;
}

/** `whole`: hours of the whole telescope, to tell "nothing of it" from "nobody looked"; null: not known. */
export function calendarOf(rows: readonly HourRow[], whole: readonly HourRow[] | null, end: number, days: number, shift: number): Calendar {
  const begin = Math.floor((end - 1 + shift) / day) * day - shift - (days - 1) * day;
  const cells = new Array<number | null>(days * 24).fill(whole === null ? 0 : null);
  const put = (each: HourRow, value: number) => {
    const at = Math.floor((Date.parse(each.time ?? '') - begin) / hour);
    if (at >= 0 && at < cells.length) cells[at] = value;
  };
  for (const each of whole ?? []) put(each, 0);
  for (const each of rows) put(each, each.packets);
  return { begin, days, cells, most: cells.reduce<number>((most, each) => Math.max(most, each ?? 0), 0) };
}

export interface Grid {
  left: number;
  top: number;
  /** Of a cell. */
  width: number;
  height: number;
}

/** The hour (from the begin) at a place of the picture; null: none is there. */
export function hourAt(grid: Grid, days: number, x: number, y: number): number | null {
  const column = Math.floor((x - grid.left) / grid.width);
  const row = Math.floor((y - grid.top) / grid.height);
  return column < 0 || column >= days || row < 0 || row >= 24 ? null : column * 24 + row;
}

/** From the earlier to the end of the later of two hours. */
export function rangeOf(of: Calendar, a: number, b: number): { from: number; to: number } {
  return { from: of.begin + Math.min(a, b) * hour, to: of.begin + (Math.max(a, b) + 1) * hour };
}

/** Hours with packets, and on how many days they lie. */
export function presence(of: Calendar): { hours: number; days: number } {
  let hours = 0;
  const seen = new Set<number>();
  of.cells.forEach((each, i) => {
    if (!each) return;
    hours += 1;
    seen.add(Math.floor(i / 24));
  });
  return { hours, days: seen.size };
}
