import { describe, expect, it } from 'vitest';
import { steepest } from './growth';

const rows = (...sources: number[]) => sources.map((each, i) => ({ time: new Date(Date.UTC(2026, 0, 15, i)).toISOString(), sources: each }));

describe('growth', () => {
  it('is from the median before to the most after', () => {
    expect(steepest(rows(42, 60, 1216, 1239, 1218))).toEqual({ before: 42, after: 1239, factor: 1239 / 42, at: Date.UTC(2026, 0, 15, 2) });
    expect(steepest(rows(30, 40, 50, 400))?.before).toBe(40);
  });
  it('is none where nothing was lower before, and for nothing', () => {
    expect(steepest(rows(100, 90, 95))).toBeNull();
    expect(steepest(rows(5))).toBeNull();
    expect(steepest([])).toBeNull();
    expect(steepest([{ time: null, sources: 4 }])).toBeNull();
  });
});
