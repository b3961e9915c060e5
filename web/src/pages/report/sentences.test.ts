import { describe, expect, it } from 'vitest';
import { factsOf, neighbour, type Report, type Row } from './sentences';

const row = (of: Partial<Row>): Row => ({ packets: 10, sources: 1, share: 0.1, before: null, change: 0, ...of });
const period = { kind: 'month', name: '2026-02', from: '2026-02-01T00:00:00Z', to: '2026-03-01T00:00:00Z' } as const;
const plain: Report = {
  period, earlier: period, addresses: 256, filter: null, before: { packets: 1000, sources: 10 }, days: [], ports: [], countries: [], as: [], tools: [],
  classes: [], scanners: [], scanner_share: 0, events: { count: null }, attacks: { count: null },
  totals: { packets: 1000, wire_bytes: 0, sources: 10, packets_per_address: 4 },
};
const kindsOf = (of: Partial<Report>) => factsOf({ ...plain, ...of }).map((each) => each.is);

describe('what a report says', () => {
  it('says how much came, against the period before', () => {
    expect(kindsOf({})).toEqual(['same']);
    expect(kindsOf({ before: null })).toEqual(['first']);
    expect(kindsOf({ before: { packets: 500, sources: 1 } })).toEqual(['rise']);
    expect(kindsOf({ before: { packets: 2000, sources: 1 } })).toEqual(['fall']);
    expect(kindsOf({ totals: { ...plain.totals, packets: 0 } })).toEqual(['empty']);
    const [fact] = factsOf({ ...plain, before: { packets: 800, sources: 1 } });
    expect(fact).toMatchObject({ is: 'rise', before: 800, packets: 1000 });
    expect((fact as { change: number }).change).toBeCloseTo(0.25);
  });
  it('names ports that are new, rose or fell', () => {
    const ports = [row({ port: 23, share: 0.5 }), row({ port: 3389, change: null }), row({ port: 22, change: 2 }), row({ port: 80, change: -0.6 })];
    expect(kindsOf({ ports })).toEqual(['same', 'port', 'port.new', 'port.rise', 'port.fall']);
    expect(kindsOf({ ports, before: null })).toEqual(['first', 'port']);
  });
  it('does not speak of what is small or has no port', () => {
    expect(kindsOf({ ports: [row({ port: 9, share: 0.001, change: null }), row({ change: 5 })] })).toEqual(['same']);
  });
  it('finds the day that stands out', () => {
    const days = [1, 2, 1, 1, 9].map((packets, i) => ({ day: `2026-02-0${i + 1}`, packets, sources: 1 }));
    expect(factsOf({ ...plain, days })[1]).toEqual({ is: 'peak', day: '2026-02-05', times: 9, packets: 9 });
    expect(kindsOf({ days: days.slice(1) })).toEqual(['same']);
  });
  it('knows the periods beside it', () => {
    expect(neighbour(period, -1)).toBe('2026-01-31');
    expect(neighbour(period, 1)).toBe('2026-03-01');
    expect(neighbour({ ...period, from: null }, -1)).toBe('');
  });
});
