import { describe, expect, it } from 'vitest';
import { secondsFrom, excess, findingFrom, findingsFrom, middleOf, portChanges, termOf } from './findings';

const whole = {
  id: '00f1e2d3c4b5a697', engine: 'surge', engine_version: 2, sensor: 'north', kind: 'surge', level: 'high',
  first: '2026-01-15T09:00:00Z', last: '2026-01-15T10:00:00Z', services: [{ protocol: 'tcp', port: 3389 }], source_count: 1200,
  sources: ['198.51.100.7'], score: 40, threshold: 8, confidence: 0.97, values: [{ name: 'ratio to the expected', value: 28.5 }],
  series: [{ name: 'sources', start: '2026-01-15T08:00:00Z', step_seconds: 600, values: [42, 40, 1200] }], reason: 'Many.',
};

describe('a finding', () => {
  const of = findingFrom(whole);
  it('is read', () => {
    expect(of).toMatchObject({ id: '00f1e2d3c4b5a697', level: 'high', sourceCount: 1200, evidence: [{ name: 'ratio to the expected', value: 28.5 }] });
    expect(of?.series[0]).toEqual({ name: 'sources', start: Date.UTC(2026, 0, 15, 8), step: 600, values: [42, 40, 1200] });
    expect(of && excess(of)).toBe(5);
    expect(of && termOf(of)).toBe('dst.port == 3389 and protocol == tcp');
  });
  it('is read in the other ways that it may be written', () => {
    const other = findingFrom({ ...whole, services: ['tcp/23', '53/udp'], values: undefined, evidence: { ratio: 3 }, level: 'x', threshold: 0 });
    expect(other?.services).toEqual([{ protocol: 'tcp', port: 23 }, { protocol: 'udp', port: 53 }]);
    expect(other?.evidence).toEqual([{ name: 'ratio', value: 3 }]);
    expect(other?.level).toBe('note');
    expect(other && excess(other)).toBeNull();
    expect(other && termOf(other)).toBe('dst.port in {23, 53}');
  });
  it('has steps as lengths of time', () => {
    expect(['10min', '1h30min', '1d', '250ms', 'x', '10', '10min!'].map(secondsFrom)).toEqual([600, 5400, 86400, 0.25, null, null, null]);
    expect(findingFrom({ ...whole, series: [{ name: 'a', start: '2026-01-15T08:00:00Z', step: '10min', values: [1] }] })?.series[0]?.step).toBe(600);
  });
  it('is none where the answer is something else', () => {
    for (const each of [null, 3, 'x', {}, { rows: {} }, { rows: [null, 4, {}] }]) expect(findingsFrom(each)).toEqual([]);
    expect(findingFrom({ ...whole, series: [{ name: 'a', start: 'x', step_seconds: 1, values: [1] }, { step_seconds: 0 }] })?.series).toEqual([]);
  });
});

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
