import { describe, expect, it } from 'vitest';
import { lonely, rangeOf, thinLines } from './thin_lines';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
/** Lowest and highest of each column, and whether it has a gap, by looking at every point. */
const columnsOf = (times: readonly number[], values: readonly (number | null)[], from: number, to: number, columns: number) => {
  const out = upTo(columns).map(() => ({ low: Infinity, high: -Infinity, hasGap: false }));
  times.forEach((at, i) => {
    const column = out[Math.floor(((at - from) / (to - from)) * columns)];
    const value = values[i] ?? null;
    if (!column || at < from) return;
    if (value === null) column.hasGap = true;
    else Object.assign(column, { low: Math.min(column.low, value), high: Math.max(column.high, value) });
  });
  return out;
};

describe('lines with more points than pixels', () => {
  const times = upTo(20_000).map((i) => 1000 + i + (i % 3) / 4);
  const noise = times.map((_, i) => (i * 7919) % 1013);
  const gappy = noise.map((each, i) => (i % 997 < 40 || (i > 5000 && i < 6000) ? null : each / 3));

  it('keep the lowest, the highest and the gaps of each column', () => {
    const [from, to, columns] = [1000, 21_000, 128];
    const [shown, ...lines] = thinLines(times, [noise, gappy], from, to, columns);
    expect(shown.length).toBeLessThan(columns * 10);
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
    [noise, gappy].forEach((each, i) => expect(columnsOf(shown, lines[i] ?? [], from, to, columns)).toEqual(columnsOf(times, each, from, to, columns)));
  });

  it('keep what leads into the range and out of it, and nothing else outside', () => {
    const [shown, line] = thinLines(times, [noise], 4000, 9000, 100);
    const { first, end } = rangeOf(times, 4000, 9000);
    expect([shown[0], shown.at(-1)]).toEqual([times[first], times[end - 1]]);
    expect((times[first] as number) < 4000 && (times[first + 1] as number) >= 4000).toBe(true);
    expect((times[end - 1] as number) >= 9000 && (times[end - 2] as number) < 9000).toBe(true);
    expect(line?.every((each, i) => each === noise[times.indexOf(shown[i] as number)])).toBe(true);
  });

  it('are copied whole when they are short', () => {
    const [short, values] = [times.slice(0, 50), noise.slice(0, 50)];
    const [shown, line] = thinLines(short, [values], 0, 2000, 100);
    expect([shown, line]).toEqual([short, values]);
    expect(shown).not.toBe(short);
    expect(thinLines([], [[]], 0, 1, 10)).toEqual([[], []]);
    expect(thinLines([5], [[1]], 5, 5, 10)).toEqual([[5], [1]]);
  });
});

describe('values without a neighbour', () => {
  it('are found at the ends and between gaps', () => {
    expect(lonely([3, null, 4, 5, null, 6, null, null, 7])).toEqual([0, 5, 8]);
    expect([lonely([1, 2, 3]), lonely([null]), lonely([])]).toEqual([null, null, null]);
  });
});
