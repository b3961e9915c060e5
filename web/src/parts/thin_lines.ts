// Lines of any length as no more points than their picture has pixels for. Pure.

type Values = readonly (number | null)[];

/** Points of a column of pixels of one line: the first, the lowest, the highest, the last, and a gap. */
const perColumn = 5;

/** Indices [first, end) of the times of `from` to `to`, and one more on each side, to which lines lead. */
export function rangeOf(times: readonly number[], from: number, to: number): { first: number; end: number } {
  const notBefore = (time: number): number => {
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((times[middle] as number) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { first: Math.max(0, notBefore(from) - 1), end: Math.min(times.length, notBefore(to) + 1) };
}

/**
 * The points to draw of lines with the same times (ascending), over `from` to `to` in `columns` columns: in each column
 * those where a line has its first, lowest, highest and last value and its first gap, so that the picture is the same. New
 * arrays; short lines are copied whole. Takes one pass over each line.
 */
export function thinLines(times: readonly number[], lines: readonly Values[], from: number, to: number, columns: number): [number[], ...(number | null)[][]] {
  const { first, end } = rangeOf(times, from, to);
  if (end - first <= perColumn * columns || !(to > from)) return [times.slice(first, end), ...lines.map((each) => each.slice(first, end))];
  const width = (to - from) / columns;
  const kept = new Set<number>();
  for (let begin = first; begin < end; ) {
    const edge = from + width * (Math.floor(((times[begin] as number) - from) / width) + 1);
    let after = begin + 1;
    while (after < end && (times[after] as number) < edge) ++after;
    for (const values of lines) keep(kept, values, begin, after);
    begin = after;
  }
  const order = Uint32Array.from(kept).sort();
  const pick = <T>(of: readonly T[]): T[] => Array.from(order, (i) => of[i] as T);
  return [pick(times), ...lines.map((each) => pick(each))];
}

function keep(kept: Set<number>, values: Values, begin: number, end: number) {
  let [low, high] = [-1, -1];
  let [least, most] = [Infinity, -Infinity];
  let gap = -1;
  for (let i = begin; i < end; ++i) {
    const value = values[i];
    if (value === null || value === undefined) {
      if (gap < 0) gap = i;
      continue;
    }
    if (value < least) [least, low] = [value, i];
    if (value > most) [most, high] = [value, i];
  }
  kept.add(begin).add(end - 1);
  for (const each of [low, high, gap]) if (each >= 0) kept.add(each);
}

/** Places of values without a neighbour: no line goes to them, so that they are drawn as points. Null: there are none. */
export function lonely(values: ArrayLike<number | null | undefined>): number[] | null {
  const out: number[] = [];
  for (let i = 0; i < values.length; ++i) if (values[i] != null && values[i - 1] == null && values[i + 1] == null) out.push(i);
  return out.length > 0 ? out : null;
}
