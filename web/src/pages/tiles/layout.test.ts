import { describe, expect, it } from 'vitest';
import { layOut, moved, rowOf, rowsInView, type Sizes } from './layout';

const sizes: Sizes = { width: 100, height: 50, gap: 10, head: 30 };

describe('the wall', () => {
  const of = layOut([5, 2], 330, sizes);
  it('lays groups below each other', () => {
    expect(of.perRow).toBe(3);
    expect(of.rows.map((each) => [each.y, each.head, each.first, each.end])).toEqual([
      [0, 0, 0, 0], [30, null, 0, 3], [90, null, 3, 5], [150, 1, 5, 5], [180, null, 5, 7],
    ]);
    expect(of.height).toBe(240);
    expect(of.pitch).toBe(115);
  });
  it('has a tile in a row however narrow it is, and no headings where there are no groups', () => {
    expect(layOut([2], 20, sizes).perRow).toBe(1);
    expect(layOut([2], 330, { ...sizes, head: 0 }).rows).toEqual([{ y: 0, head: null, first: 0, end: 2 }]);
    expect(layOut([], 330, sizes)).toMatchObject({ rows: [], height: 0 });
  });
  it('shows what a window sees, as looking at every row would', () => {
    const large = layOut([40, 3, 7, 2000], 640, sizes);
    for (const top of [0, 100, 777, 5000, large.height - 200]) {
      const slow = large.rows.filter((each) => each.y + 50 >= top && each.y <= top + 200);
      expect(rowsInView(large, top, 200, 50)).toEqual(slow);
    }
  });
  it('is walked by keys', () => {
    const to = (at: number, key: string) => moved(of, 7, at, key, 2);
    expect(to(0, 'ArrowRight')).toBe(1);
    expect(to(0, 'ArrowLeft')).toBe(0);
    expect(to(2, 'ArrowDown')).toBe(4);
    expect(to(4, 'ArrowDown')).toBe(6);
    expect(to(6, 'ArrowUp')).toBe(4);
    expect(to(0, 'PageDown')).toBe(5);
    expect(to(3, 'End')).toBe(6);
    expect(to(3, 'x')).toBeNull();
    expect(moved(layOut([], 330, sizes), 0, 0, 'End', 2)).toBeNull();
    expect(rowOf(of, 5)?.y).toBe(180);
  });
});
