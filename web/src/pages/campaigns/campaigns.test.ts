import { describe, expect, it } from 'vitest';
import { campaignsFrom, growthFactor, hourly, portFrom, termOf } from './campaigns';

const answer = {
  rows: [{
    name: 'mirai 23+2323 · kx7f', tool: 'mirai', ports: [{ protocol: 'tcp', port: 23, share: 0.9 }, 'tcp/2323'],
    members: { count: 240, first: ['198.51.100.7', '198.51.100.8'] }, quirk: { window: 65535, ttl: 64 }, confidence: 0.8,
    first: '2026-01-15T09:00:00Z', last: '2026-01-15T12:00:00Z',
    growth: [{ time: '2026-01-15T11:00:00Z', members: 200 }, { time: '2026-01-15T09:00:00Z', members: 20 }],
  }],
};

describe('campaigns', () => {
  const of = campaignsFrom(answer)[0];
  it('are read from the answer', () => {
    expect(of).toMatchObject({ id: 'mirai 23+2323 · kx7f', count: 240, quirk: 'window 65535 · ttl 64', isSynchronous: false });
    expect(of?.ports.map((each) => each.port)).toEqual([23, 2323]);
    expect(of?.members).toEqual(['198.51.100.7', '198.51.100.8']);
    expect(of?.growth[0]?.members).toBe(20);
  });
  it('are none where the answer is something else', () => {
    for (const each of [null, 7, {}, { rows: 3 }, { rows: [null, {}, { name: '' }] }]) expect(campaignsFrom(each)).toEqual([]);
    expect(portFrom('x')).toBeNull();
  });
  it('know their count in each way that it is told', () => {
    const count = (more: object) => campaignsFrom({ rows: [{ name: 'a', ...more }] })[0]?.count;
    expect([count({ member_count: 7, members: ['192.0.2.1'] }), count({ members: 9 }), count({ members: ['192.0.2.1'] })]).toEqual([7, 9, 1]);
  });
  it('are read as the server of schema/openapi.json writes them', () => {
    const row = {
      name: 'tcp 3389 · m2qd', description: 'windows', tool: null, quirk: 'window 8192, ttl 128', ports: [{ protocol: 'tcp', port: 3389, packets: 300 }, { protocol: 'tcp', port: 3390, packets: 100 }],
      members: 1200, member_sources: ['198.51.100.7'], growth: [], packets: 400, networks: 900, systems: 300, countries: 60, first: null, last: null, synchronous: true, confidence: 0.9,
    };
    expect(campaignsFrom({ rows: [row] })[0]).toMatchObject({
      count: 1200, members: ['198.51.100.7'], ports: [{ port: 3389, part: 0.75 }, { port: 3390, part: 0.25 }], isSynchronous: true, networks: 900, countries: 60 });
  });
  it('grow hour by hour', () => {
    expect(hourly(of?.growth ?? []).members).toEqual([20, 20, 220]);
    expect(hourly(of?.growth ?? [], Date.UTC(2026, 0, 15, 12, 30)).members).toEqual([20, 20, 220, 220]);
    const at = (hour: number, members: number) => ({ at: Date.UTC(2026, 0, 15, hour), members });
    expect(growthFactor([at(1, 2), at(2, 8), at(4, 10), at(6, 5)])).toBe(2.5);
    expect(growthFactor([at(0, 0), at(1, 0), at(2, 9), at(3, 9)])).toBeNull();
    for (const few of [[], [at(1, 20)], [at(1, 20), at(2, 200), at(3, 1)]]) expect(growthFactor(few)).toBeNull();
    expect(hourly([])).toEqual({ times: [], members: [] });
  });
  it('are a filter', () => {
    expect(of && termOf(of)).toBe('tool == mirai and port in {23, 2323}');
    expect(termOf({ ...(of as NonNullable<typeof of>), tool: null, ports: [] })).toBeNull();
  });
});
