import { describe, expect, it } from 'vitest';
import { calendarOf, day, hour, hourAt, presence, rangeOf } from './calendar';

const end = Date.UTC(2026, 0, 15, 10, 30);
const row = (text: string, packets: number) => ({ time: text, packets });

describe('the calendar', () => {
  it('ends with the day of the end, in the zone', () => {
    expect(calendarOf([], null, end, 2, 0).begin).toBe(Date.UTC(2026, 0, 14));
    expect(calendarOf([], null, end, 1, 9 * hour).begin).toBe(Date.UTC(2026, 0, 14, 15));
    expect(calendarOf([], null, Date.UTC(2026, 0, 15), 1, 0).begin).toBe(Date.UTC(2026, 0, 14));
  });
  it('tells nothing sent from nobody looked', () => {
    const of = calendarOf([row('2026-01-15T09:00:00Z', 7)], [row('2026-01-15T09:00:00Z', 100), row('2026-01-15T08:00:00Z', 90)], end, 1, 0);
    expect(of.cells.slice(7, 11)).toEqual([null, 0, 7, null]);
    expect(of.most).toBe(7);
    expect(calendarOf([], null, end, 1, 0).cells[3]).toBe(0);
  });
  it('leaves out what lies outside, and rows without a time', () => {
    const of = calendarOf([row('2026-01-13T09:00:00Z', 7), { time: null, packets: 3 }], null, end, 1, 0);
    expect(of.most).toBe(0);
  });
  it('finds hours and makes ranges of two', () => {
    const grid = { left: 30, top: 10, width: 9, height: 6 };
    expect(hourAt(grid, 2, 30 + 9, 10 + 6)).toBe(25);
    expect(hourAt(grid, 2, 29, 12)).toBeNull();
    expect(hourAt(grid, 2, 49, 12)).toBeNull();
    const of = calendarOf([], null, end, 2, 0);
    expect(rangeOf(of, 25, 3)).toEqual({ from: of.begin + 3 * hour, to: of.begin + day + 2 * hour });
  });
  it('counts hours and days with packets', () => {
    const of = calendarOf([row('2026-01-15T09:00:00Z', 7), row('2026-01-15T08:00:00Z', 1), row('2026-01-14T08:00:00Z', 1)], null, end, 2, 0);
    expect(presence(of)).toEqual({ hours: 3, days: 2 });
  });
});
