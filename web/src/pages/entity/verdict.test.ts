import { describe, expect, it } from 'vitest';
import { verdictOf as judge, type Known } from './verdict';

const verdictOf = (of: Known) => judge(of, new Set(['mirai']));

const nothing: Known = { packets: 0, destinations: 0, classes: [], fingerprints: [], known_scanners: [], ports: [], port_count: 0, event_count: 0 };
const port = (of: number, packets: number) => ({ protocol: 'tcp', port: of, packets, wire_bytes: 0, sources: 1 });
const scan: Known = {
  ...nothing, packets: 100, destinations: 90, classes: [{ class: 'backscatter', packets: 10 }, { class: 'scan', packets: 90 }],
  ports: [port(23, 80), port(2323, 20)], port_count: 2, event_count: 3,
};

describe('the verdict', () => {
  it('is that nothing was seen', () => expect(verdictOf(nothing)).toMatchObject({ kind: 'unseen', part: null }));
  it('follows most of the packets', () => {
    expect(verdictOf(scan)).toMatchObject({ kind: 'scanner', part: 0.9 });
    expect(verdictOf({ ...scan, classes: [{ class: 'backscatter', packets: 100 }] }).kind).toBe('victim');
    expect(verdictOf({ ...scan, classes: [{ class: 'fragment', packets: 100 }] }).kind).toBe('unclear');
  });
  it('says infected when a mark of malware is on more than a few packets', () => {
    expect(verdictOf({ ...scan, fingerprints: [{ name: 'mirai', packets: 60 }] })).toMatchObject({ kind: 'infected', part: 0.6 });
    expect(verdictOf({ ...scan, fingerprints: [{ name: 'mirai', packets: 1 }] }).kind).toBe('scanner');
    expect(verdictOf({ ...scan, fingerprints: [{ name: 'masscan', packets: 60 }] }).kind).toBe('scanner');
    expect(judge({ ...scan, fingerprints: [{ name: 'mirai', packets: 60 }] }, new Set()).kind).toBe('scanner');
  });
  it('puts who publishes its scanners before all else, and half of a prefix is the least', () => {
    expect(verdictOf({ ...scan, known_scanners: [{ organisation: 'Censys', packets: 100 }], fingerprints: [{ name: 'mirai', packets: 60 }] }).kind).toBe('listed');
    expect(verdictOf({ ...scan, known_scanners: [{ organisation: 'Censys', packets: 20 }] }).kind).toBe('scanner');
  });
  it('has its reasons with their shares', () => {
    const reasons = verdictOf({ ...scan, fingerprints: [{ name: 'masscan', packets: 50 }] }).reasons;
    expect(reasons.map((each) => each.key)).toEqual(['mark', 'class', 'class', 'ports', 'breadth', 'events']);
    expect(reasons[0]).toEqual({ key: 'mark', values: { name: 'masscan' }, part: 0.5 });
    expect(verdictOf({ ...scan, port_count: 1 }).reasons.some((each) => each.key === 'one-port')).toBe(true);
  });
});
