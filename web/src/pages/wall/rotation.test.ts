import { describe, expect, it } from 'vitest';
import { everyOf, freshnessOf, scenesOf, stepTo } from './rotation';

describe('the rotation of the wall', () => {
  it('reads its seconds', () => {
    expect([undefined, '12', '0', 'x', '99999'].map(everyOf)).toEqual([30, 12, 5, 30, 3600]);
  });
  it('shows what is asked for and there', () => {
    const there = ['/now', '/atlas', '/cube'];
    expect(scenesOf('cube,now,none', there)).toEqual(['/cube', '/now']);
    expect(scenesOf('none', there)).toEqual(there);
    expect(scenesOf(undefined, there)).toEqual(there);
  });
  it('goes round both ways', () => {
    expect([stepTo(2, 1, 3), stepTo(0, -1, 3), stepTo(0, 1, 0)]).toEqual([0, 2, 0]);
  });
});

describe('what the wall trusts', () => {
  const running = { phase: 'running', lag_seconds: 2 };
  it('says how old the data are', () => {
    expect(freshnessOf(1, [running])).toEqual({ is: 'fresh', age: 3 });
    expect(freshnessOf(1, [running, { phase: 'running', lag_seconds: 90 }])).toEqual({ is: 'late', age: 91 });
    expect(freshnessOf(11, [running])).toEqual({ is: 'silent', age: 11 });
  });
  it('does not take what is over for late', () => {
    expect(freshnessOf(1, [{ phase: 'ended', lag_seconds: 500 }]).is).toBe('ended');
    expect(freshnessOf(1, [running, { phase: 'ended', lag_seconds: 500 }]).is).toBe('fresh');
    expect(freshnessOf(1, []).is).toBe('nothing');
    expect(freshnessOf(null, null).is).toBe('nothing');
  });
});
