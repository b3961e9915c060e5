import { describe, expect, it } from 'vitest';
import { bounds, formatQuery, formatSpan, parseQuery, parseSpan, parseTime, shift, spanOf, zoom } from './query';

describe('a query in the URL', () => {
  it('comes back as it went', () => {
    const urls = [
      '/',
      '/now?filter=port+%3D%3D+23+and+country+%3D%3D+JP&span=1h',
      '/now?span=24h',
      '/explore?filter=scanner+%3D%3D+%22A+%26+B%22&from=2026-01-15T09%3A00%3A00Z&to=2026-01-15T10%3A00%3A00Z&sort=sources&show=host%3A192.0.2.7',
    ];
    for (const url of urls) {
      const [path, search] = url.split('?');
      expect(formatQuery(parseQuery(path ?? '', search ?? ''))).toBe(url);
    }
  });
  it('is live for a day when it says nothing, and when what it says is nothing', () => {
    for (const search of ['', 'from=2026-01-15', 'from=2026-01-15&to=2026-01-15', 'span=3', 'span=x'])
      expect(parseQuery('/', search).range).toEqual({ live: true, span: 86400, isOpen: true });
  });
  it('leaves the pages their own parameters', () => {
    expect(parseQuery('/x', 'a=1&filter=f&b=').params).toEqual({ a: '1', b: '' });
  });
});

describe('spans and times', () => {
  it('are read', () => {
    expect(['1h', '90min', '7d', '60s', '59s', '400d', '1.5h', 'h'].map(parseSpan)).toEqual([
      3600, 5400, 604800, 60, null, null, null, null,
    ]);
    expect(parseTime('2026-01-15')).toBe(Date.UTC(2026, 0, 15));
    expect(parseTime('2026-01-15 09:30')).toBe(Date.UTC(2026, 0, 15, 9, 30));
    expect(parseTime('2026-01-15T09:30:00+09:00')).toBe(Date.UTC(2026, 0, 15, 0, 30));
    expect(parseTime('15 January')).toBeNull();
  });
  it('are written in the largest unit that divides', () => {
    expect([3600, 5400, 86400, 604800, 61].map(formatSpan)).toEqual(['1h', '90min', '24h', '7d', '61s']);
  });
});

describe('moving the range', () => {
  const now = Date.UTC(2026, 0, 15, 10);
  it('takes two ends in either order', () => {
    const day = { live: false, from: Date.UTC(2026, 0, 15), to: Date.UTC(2026, 0, 16) };
    expect(parseQuery('/', 'from=2026-01-15&to=2026-01-16').range).toEqual(day);
    expect(parseQuery('/', 'from=2026-01-16&to=2026-01-15').range).toEqual(day);
  });

  it('back from live makes it fixed', () => {
    expect(shift({ live: true, span: 3600 }, -0.5, now)).toEqual({
      live: false, from: now - 5400_000, to: now - 1800_000,
    });
  });
  it('keeps the middle when it zooms', () => {
    const near = zoom({ live: false, from: now - 3600_000, to: now }, 0.5);
    expect(bounds(near, now)).toEqual({ from: now - 2700_000, to: now - 900_000 });
    expect(zoom({ live: true, span: 60 }, 0.5)).toEqual({ live: true, span: 60 });
  });
});

describe('the first span', () => {
  it('shows all of few data, and a day of many', () => {
    expect([0, 600, 840, 841, 3540, 3600, 20_000, 80_000, 1e7].map(spanOf)).toEqual([900, 900, 900, 3600, 3600, 21_600, 21_600, 86_400, 86_400]);
  });
  it('is not chosen where the URL has one', () => {
    const isOpen = (search: string) => 'isOpen' in parseQuery('/', search).range;
    expect(['', '?filter=port+23', '?span=x', '?from=2026-01-15T09:00:00Z'].map(isOpen)).toEqual([true, true, true, true]);
    expect(['?span=24h', '?from=2026-01-15T09:00:00Z&to=2026-01-15T10:00:00Z'].map(isOpen)).toEqual([false, false]);
  });
});
