import { describe, expect, it } from 'vitest';
import { middleOf, portChanges } from './port_changes';

describe('what changed', () => {
  const row = (port: number, sources: number) => ({ protocol: 'tcp', port, packets: 1, sources });
  it('puts the planted outbreak before what is always large', () => {
    const found = portChanges([row(3389, 42), row(23, 2500), row(22, 1590)], [row(23, 2528), row(3389, 1239), row(22, 1500), row(9, 9)]);
    expect(found.map((each) => each.port)).toEqual([3389, 23]);
    expect(found[0]).toMatchObject({ before: 42, after: 1239 });
    expect(found[0]?.score).toBeCloseTo((1239 - 42) / Math.sqrt(42));
  });
  it('takes a port that was not there as none', () => expect(portChanges([], [row(1, 10)])[0]).toMatchObject({ before: 0, score: 10 }));
  it('cuts a time in its middle', () => {
    expect(middleOf('2026-01-15T09:00:00Z', '2026-01-15T09:59:00Z')).toEqual({
      from: Date.UTC(2026, 0, 15, 9), middle: Date.UTC(2026, 0, 15, 9, 30), to: Date.UTC(2026, 0, 15, 10) });
    expect(middleOf('2026-01-15T09:00:00Z', '2026-01-15T09:00:00Z')).toBeNull();
    expect(middleOf(null, null)).toBeNull();
  });
});
