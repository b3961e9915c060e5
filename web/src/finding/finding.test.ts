import { describe, expect, it } from 'vitest';
import { askedBy, evidenceOf, excess, findingFrom, findingsOf, secondsFrom, termOf, serviceName, type Finding } from './finding';

const whole = {
  id: '00f1e2d3c4b5a697', engine: 'surge', version: 2, title: 'More sources at a port', method: 'docs/engines/surge.md', sensor: 'north', kind: 'surge',
  level: 'high', first: '2026-01-15T09:00:00Z', last: '2026-01-15T10:00:00Z', services: [{ name: 'tcp/3389', protocol: 6, port: 3389 }], source_count: 1200,
  sources: ['198.51.100.7'], score: 40, threshold: 8, confidence: 0.97, evidence: { ratio: 28.5, method: 'cusum' },
  series: [{ name: 'networks', start: '2026-01-15T08:00:00Z', step: '10min', values: [42, 40, 1200] }], engines: [], sensors: [], reason: 'Many.',
};

describe('a finding', () => {
  const of = findingFrom(whole);
  it('is read', () => {
    expect(of).toMatchObject({ id: '00f1e2d3c4b5a697', level: 'high', version: 2, page: 'docs/engines/surge.md', sourceCount: 1200 });
    expect(of?.series).toEqual([{ name: 'networks', start: Date.UTC(2026, 0, 15, 8), step: 600, values: [42, 40, 1200] }]);
    expect(of?.evidence).toEqual([{ name: 'ratio', value: 28.5 }, { name: 'method', value: 'cusum' }]);
    expect(of && [excess(of), evidenceOf(of, 'ratio'), evidenceOf(of, 'method'), evidenceOf(of, 'x')]).toEqual([5, 28.5, null, null]);
    expect(of && termOf(of)).toBe('dst.port == 3389 and protocol == tcp');
  });
  it('of ICMP, which has no ports', () => {
    const ping = { name: 'icmp/8.0', protocol: 1, port: 2048 };
    const of = findingFrom({ ...whole, services: [ping] }) as Finding;
    expect([of.services.map(serviceName), termOf(of)]).toEqual([['icmp 8.0'], 'protocol == icmp']);
    expect(termOf(findingFrom({ ...whole, services: [ping, { name: 'tcp/23', protocol: 6, port: 23 }] }) as Finding)).toBe(null);
  });
  it('of several services, of lists without series', () => {
    const other = findingFrom({ ...whole, services: [{ name: 'tcp/23', protocol: 6, port: 23 }, { name: 'udp/53', protocol: 17, port: 53 }, { protocol: 17, port: 9 }], series: undefined, level: 'x', threshold: 0 });
    expect(other?.services).toEqual([{ protocol: 'tcp', port: 23 }, { protocol: 'udp', port: 53 }, { protocol: 'udp', port: 9 }]);
    expect(other).toMatchObject({ series: [], level: 'note' });
    expect(other && [excess(other), termOf(other)]).toEqual([null, 'dst.port in {23, 53, 9}']);
  });
  it('has steps as lengths of time', () => {
    expect(['10min', '1h30min', '1d', '250ms', 'x', '10', '10min!'].map(secondsFrom)).toEqual([600, 5400, 86400, 0.25, null, null, null]);
  });
  it('is none where the answer is something else', () => {
    for (const each of [null, 3, 'x', {}, [null, 4, {}, { engine: 'surge' }]]) expect(findingsOf(each)).toEqual([]);
    expect(findingFrom({ ...whole, series: [{ name: 'a', start: 'x', step: '1s', values: [1] }, { step: '0s' }] })?.series).toEqual([]);
    expect(findingFrom({ ...whole, sensor: null, score: 'x', sources: [3], services: 'tcp/23' })).toMatchObject({ sensor: '', score: null, sources: [], services: [] });
  });
});

describe('what a filter asks for', () => {
  it('is one service and one source', () => {
    expect(askedBy(['23'], [], [])).toEqual({ service: 'tcp/23' });
    expect(askedBy(['53'], ['udp'], ['192.0.2.7'])).toEqual({ service: 'udp/53', source: '192.0.2.7' });
    expect(askedBy(['1..9'], [], ['192.0.2.0/24'])).toEqual({ source: '192.0.2.0/24' });
    expect(askedBy(['1', '2'], [], ['192.0.2.1..192.0.2.9'])).toEqual({});
  });
});
