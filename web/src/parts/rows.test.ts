import { describe, expect, it } from 'vitest';
import { fitted, inView, nextSort, sorted, type Sort } from './rows';

describe('sorting', () => {
  it('puts what is not known last, and keeps the order of equal rows', () => {
    const rows = [{ k: 2, n: 'a' }, { k: null, n: 'b' }, { k: 10, n: 'c' }, { k: 2, n: 'd' }];
    expect(sorted(rows, (r) => r.k, false).map((r) => r.n).join('')).toBe('adcb');
    expect(sorted(rows, (r) => r.k, true).map((r) => r.n).join('')).toBe('cadb');
    expect(sorted(['b', 'a'], (r) => r, false)).toEqual(['a', 'b']);
  });
  it('goes on with each click', () => {
    let of: Sort | null = null;
    const seen = [];
    for (let i = 0; i < 4; ++i) seen.push((of = nextSort(of, 'packets', true)));
    expect(seen).toEqual([{ key: 'packets', isDown: true }, { key: 'packets', isDown: false }, null, { key: 'packets', isDown: true }]);
    expect(nextSort({ key: 'x', isDown: true }, 'name', false)).toEqual({ key: 'name', isDown: false });
  });
});

describe('rows in view', () => {
  it('are few, however many there are', () => {
    expect(inView(100_000, 26, 26_000, 260, 2)).toEqual({ first: 998, end: 1012 });
    expect(inView(3, 26, 0, 260)).toEqual({ first: 0, end: 3 });
    expect(inView(0, 26, 900, 260)).toEqual({ first: 0, end: 0 });
    expect(inView(10, 26, 9000, 260)).toEqual({ first: 10, end: 10 });
  });
});

describe('columns', () => {
  const widths = ['minmax(100px, 2fr)', '60px', '40px'];
  it('are as they want to be where there is room', () => {
    expect(fitted(widths, 200)).toEqual({ columns: 'minmax(100px, 2fr) 60px 40px', squeeze: 0, least: 200 });
    expect(fitted(widths, 0).columns).toBe('minmax(100px, 2fr) 60px 40px');
  });
  it('give the room around their text, and not the text', () => {
    expect(fitted(widths, 185)).toEqual({ columns: 'minmax(95px, 2fr) 55px 35px', squeeze: 5, least: 185 });
    expect(fitted(widths, 100)).toEqual({ columns: 'minmax(100px, 2fr) 60px 40px', squeeze: 0, least: 200 });
  });
});
