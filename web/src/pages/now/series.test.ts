import { describe, expect, it } from 'vitest';
import { alignedTo, byMinute, byStep, newSources, thinned } from './series';

const window = (start: string, packets: number, sources = 1, seconds = 60) => ({ start, seconds, packets, sources, destinations: 2 });

describe('windows by minute', () => {
  it('add packets of sensors, take the most of sources, and show gaps', () => {
    const of = byMinute([
      window('2026-01-15T09:03:00Z', 30), window('2026-01-15T09:00:00Z', 10, 4), window('2026-01-15T09:00:00Z', 5, 7), window('2026-01-15T09:01:00Z', 4, 1, 30),
    ]);
    const nine = Date.UTC(2026, 0, 15, 9) / 1000;
    expect(of.times.map((each) => each - nine)).toEqual([0, 60, 120, 180]);
    expect(of.packets).toEqual([15, 8, null, 30]);
    expect(of.sources).toEqual([7, 1, null, 1]);
  });
  it('lie over those of a day before', () => {
    const line = { times: [60, 120], packets: [1, 2], sources: [], destinations: [] };
    expect(alignedTo([86400, 86460, 86520], line, 86400)).toEqual([null, 1, 2]);
  });
});

describe('hours', () => {
  it('that are not there are zeros', () => {
    const of = byStep([{ time: '2026-01-15T09:00:00Z', packets: 5, sources: 2 }, { time: '2026-01-15T11:00:00Z', packets: 7 }], 3600);
    expect(of.packets).toEqual([5, 0, 7]);
    expect(byStep([{ time: '2026-01-15T09:00:00Z', packets: 5, sources: null }], 60).sources).toEqual([null]);
    expect(byStep([], 3600).times).toEqual([]);
  });
});

describe('a trend', () => {
  it('is of means, and keeps gaps', () => {
    expect(thinned([1, 3, null, null, 5, 7], 3)).toEqual([2, null, 6]);
    expect(thinned([1, 2], 3)).toEqual([1, 2]);
  });
});

describe('new sources', () => {
  it('know what they cannot tell', () => {
    expect(newSources(1000, 600, 0)).toEqual({ count: 400, least: 0 });
    const of = newSources(100_000, 99_500, 0.01);
    expect(of.count).toBe(500);
    expect(of.least).toBeCloseTo(2821, 0);
    expect(newSources(5, 9, 0).count).toBe(0);
  });
});
