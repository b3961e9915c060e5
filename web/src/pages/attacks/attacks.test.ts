import { describe, expect, it } from 'vitest';
import type { AttackRow } from '../../api/types';
import { decades, lanesOf, mainAnswer, oneIn, placeOfP, portsOf, secondsOf } from './attacks';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 15, 9, minute)).toISOString();
const row = (first: number, last: number, more: Partial<AttackRow> = {}): AttackRow => ({
  victim: '198.51.100.7', first: at(first), last: at(last), sensor: 'a', victims: 1, packets: 100, wire_bytes: 6000, most_per_minute: 420,
  spoofed_sources: 90, ports: [{ protocol: 'tcp', port: 443, packets: 100 }], port_count: 1, port_count_exact: true,
  answers: { synack: 100, rst: 0, icmp: 0, udp: 0 }, uniformity: 0.38, scaling: 'done', attack_rate: 100_000, ongoing: false, cut: false, ...more,
});

describe('lanes', () => {
  it('hold bars that do not overlap', () => {
    const { bars, lanes, left } = lanesOf([row(20, 30), row(0, 10), row(5, 15), row(11, 12)], 0, 10);
    expect(bars.map((each) => [each.row.first?.slice(14, 16), each.lane])).toEqual([['00', 0], ['05', 1], ['11', 0], ['20', 0]]);
    expect([lanes, left]).toEqual([2, 0]);
    for (const a of bars) for (const b of bars) if (a !== b && a.lane === b.lane) expect(a.to <= b.from || b.to <= a.from).toBe(true);
  });
  it('say how many had no place', () => {
    expect(lanesOf([row(0, 10), row(1, 10), row(2, 10)], 0, 2)).toMatchObject({ lanes: 2, left: 1 });
    expect(lanesOf([row(0, 10, { first: null })], 0, 2)).toEqual({ bars: [], lanes: 0, left: 0 });
  });
});

describe('an attack', () => {
  it('lasts from its first packet to its last', () => expect(secondsOf(row(5, 35))).toBe(1800));
  it('is seen in one of so many packets: the example of docs/dos.md', () => {
    // 420 in the worst minute, 300,000 addresses: one of 14,317.
    expect(oneIn(row(0, 1, { attack_rate: (420 / 60) * (2 ** 32 / 300_000) }))).toBe(14_317);
    expect(oneIn(row(0, 1, { attack_rate: null }))).toBeNull();
  });
  it('has a main answer', () => {
    expect(mainAnswer(row(0, 1, { answers: { synack: 1, rst: 5, icmp: 3, udp: 0 } }))).toBe('rst');
  });
  it('has a place for its p-value', () => {
    expect([placeOfP(1), placeOfP(0.001), placeOfP(0)]).toEqual([0, 0.5, 1]);
  });
});

describe('many attacks', () => {
  it('are counted by decades of their estimate', () => {
    expect(decades([row(0, 1), row(0, 1, { attack_rate: 950 }), row(0, 1, { attack_rate: null })])).toEqual([
      { low: 100, high: 1000, count: 1 }, { low: 1000, high: 10_000, count: 0 }, { low: 10_000, high: 100_000, count: 0 }, { low: 100_000, high: 1_000_000, count: 1 }]);
    expect(decades([])).toEqual([]);
  });
  it('are counted by port', () => {
    expect(portsOf([row(0, 1), row(0, 1, { ports: [{ protocol: 'tcp', port: 80, packets: 1 }, { protocol: 'tcp', port: 443, packets: 1 }] })])).toEqual([
      { protocol: 'tcp', port: 443, attacks: 2 }, { protocol: 'tcp', port: 80, attacks: 1 }]);
  });
});
