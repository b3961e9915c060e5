import { describe, expect, it } from 'vitest';
import { labelledBins, levelsOf, marginal, parseAxes, rangeOfBins, termOfBins, usualAxes, withAxis, withField, type Axis, type Crossings } from './axes';

const ports: Axis = { name: 'port', bins: [{ label: '0-511', low: 0, high: 511 }, { label: '512-1023', low: 512, high: 1023 }, { label: '1024', low: 1024, high: 1024 }, { label: 'no port' }] };
const lands: Axis = { name: 'country', bins: [{ label: 'JP' }, { label: 'unknown' }, { label: 'other' }] };
const sources: Axis = { name: 'source', bins: [{ label: '0.0.0.0', low: 0, high: 2 ** 31 - 1 }, { label: '128.0.0.0', low: 2 ** 31, high: 2 ** 32 - 1 }, { label: 'IPv6' }] };
const tools: Axis = { name: 'tool', bins: [{ label: 'mirai' }, { label: 'a b' }] };
const start = Date.parse('2026-03-02T00:00:00Z') / 1000;
const times: Axis = { name: 'time', bins: [{ label: 'x', low: start, high: start + 599 }, { label: 'y', low: start + 600, high: start + 1199 }] };

describe('axes', () => {
  it('come from the URL, each once; the usual when they make no sense', () => {
    expect(parseAxes('port,ttl,port,nix', 'lines')).toEqual(['port', 'ttl']);
    expect(parseAxes('port', 'lines')).toEqual(usualAxes.lines);
    expect(parseAxes(undefined, 'planes')).toEqual(usualAxes.planes);
    expect(parseAxes('port,ttl,time,source,class', 'planes')).toEqual(['port', 'ttl', 'time', 'source']);
  });
  it('change places when one takes the name of another', () => {
    expect(withAxis(['port', 'ttl', 'time'], 0, 'time')).toEqual(['time', 'ttl', 'port']);
    expect(withAxis(['port', 'ttl'], 1, 'class')).toEqual(['port', 'class']);
  });
  it('mean conditions', () => {
    expect(termOfBins(ports, 0, 1)).toBe('dst.port in 0..1023');
    expect(termOfBins(ports, 1, 0)).toBe('dst.port in 0..1023');
    expect(termOfBins(ports, 2, 2)).toBe('dst.port == 1024');
    expect(termOfBins(ports, 2, 3)).toBe('dst.port == 1024');
    expect(termOfBins(ports, 3, 3)).toBe('protocol not in {tcp, udp}');
    expect(termOfBins(sources, 1, 1)).toBe('src in 128.0.0.0..255.255.255.255');
    expect(termOfBins(sources, 2, 2)).toBe('ip.version == 6');
    expect(termOfBins(lands, 0, 0)).toBe('country == JP');
    expect(termOfBins(lands, 1, 1)).toBe('country == none');
    expect(termOfBins(lands, 0, 2)).toBe('country in {JP, none}');
    expect(termOfBins(lands, 2, 2)).toBeNull();
    expect(termOfBins(tools, 0, 1)).toBe('tool in {mirai, "a b"}');
    expect(termOfBins(times, 0, 1)).toBeNull();
  });
  it('of time mean a time', () => {
    expect(rangeOfBins(times, 0, 0)).toEqual({ from: Date.parse('2026-03-02T00:00:00Z'), to: Date.parse('2026-03-02T00:10:00Z') });
    expect(rangeOfBins(times, 1, 0)).toEqual({ from: Date.parse('2026-03-02T00:00:00Z'), to: Date.parse('2026-03-02T00:20:00Z') });
    expect(rangeOfBins(ports, 0, 0)).toBeNull();
  });
  it('replace what the filter said of their field', () => {
    expect(withField('dst.port in 0..1023 and ttl < 64', 'dst.port == 23')).toBe('ttl < 64 and dst.port == 23');
    expect(withField('', 'dst.port == 23')).toBe('dst.port == 23');
    expect(withField('port == 1 or port == 2', 'ttl == 3')).toBe('(port == 1 or port == 2) and ttl == 3');
  });
});

describe('crossings', () => {
  const of: Crossings = {
    axes: [ports, lands], packets: 111, sampled: 1,
    pairs: [{ left: 'port', right: 'country', cells: [[0, 0, 1], [0, 1, 10], [2, 1, 100]] }],
  };
  it('have the counts of each axis', () => {
    expect([...marginal(of, 0)]).toEqual([11, 0, 100, 0]);
    expect([...marginal(of, 1)]).toEqual([1, 110, 0]);
  });
  it('are sorted by how strong they are', () => {
    const { most, sets } = levelsOf(of.pairs[0] as never, 2);
    expect(most).toBe(100);
    expect(levelsOf(of.pairs[0] as never, 2, 1).sets.map((each) => each.length)).toEqual([0, 1]);
    expect(sets.map((each) => each.map((cell) => cell[2]))).toEqual([[1], [10, 100]]);
  });
  it('have four labels, or as many as a list has room for', () => {
    expect(labelledBins(128, false, 2, 12)).toEqual([0, 32, 64, 96]);
    expect(labelledBins(4, true, 20, 12)).toEqual([0, 1, 2, 3]);
    expect(labelledBins(4, true, 8, 12)).toEqual([0, 2]);
    expect(labelledBins(0, true, 8, 12)).toEqual([]);
  });
});
