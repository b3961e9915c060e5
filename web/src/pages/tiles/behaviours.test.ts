import { describe, expect, it } from 'vitest';
import { behavioursOf, cellsOf, grouped, likeness, packetsOf, portTerms, type BehavioursAnswer } from './behaviours';

const facts = { first: null, last: null, ports: 1, scanner: null, as: null };
const answer: BehavioursAnswer = {
  columns: [{ begin: '2026-03-02T00:00:00Z' }, { begin: '2026-03-02T00:10:00Z' }],
  column_seconds: 600,
  rows: [{ low: null, high: null, label: 'no port' }, { low: 22, high: 22, label: '22' }],
  total: 7,
  tiles: [
    { ...facts, source: '192.0.2.1', packets: 5, tool: 'mirai', class: 'scan', country: 'JP', cells: 'AAH/gA==' },
    { ...facts, source: '192.0.2.2', packets: 3, tool: null, class: 'scan', country: null, cells: '/wAAAA==' },
    { ...facts, source: '192.0.2.3', packets: 2, tool: 'zmap', class: 'payload', country: 'JP', cells: 'AAEAAA==' },
    { ...facts, source: '192.0.2.4', packets: 1, tool: 'zmap', class: 'scan', country: 'JP', cells: '' },
  ],
};

describe('behaviours', () => {
  const of = behavioursOf(answer);
  it('are bytes, row by row, and times with their end', () => {
    expect([...(of.tiles[0]?.cells ?? [])]).toEqual([0, 1, 255, 128]);
    expect(of.times.map((each) => new Date(each).toISOString().slice(11, 16))).toEqual(['00:00', '00:10', '00:20']);
    expect(of.total).toBe(7);
    expect(of.most).toBe(255);
  });
  it('that are too short or too long fit all the same', () => {
    expect([...cellsOf('', 3)]).toEqual([0, 0, 0]);
    expect([...cellsOf('AQIDBA==', 2)]).toEqual([1, 2]);
  });
  it('are grouped: large groups first, what is not known last, tiles in their order', () => {
    const names = (by: 'tool' | 'class' | 'country' | 'none') => grouped(of.tiles, by).map((each) => [each.key, each.tiles.length, each.packets]);
    expect(names('tool')).toEqual([['zmap', 2, 3], ['mirai', 1, 5], [null, 1, 3]]);
    expect(names('class')).toEqual([['scan', 3, 9], ['payload', 1, 2]]);
    expect(names('none')).toEqual([[null, 4, 11]]);
    const source = of.tiles[1]?.source ?? '';
    expect(grouped(of.tiles, 'campaign', new Map([[source, 'tcp 3389']])).map((each) => [each.key, each.tiles.length])).toEqual([['tcp 3389', 1], [null, 3]]);
  });
  it('are as alike as their cells', () => {
    expect(likeness(new Uint8Array([1, 2]), new Uint8Array([2, 4]))).toBeCloseTo(1);
    expect(likeness(new Uint8Array([1, 0]), new Uint8Array([0, 1]))).toBe(0);
    expect(likeness(new Uint8Array([0, 0]), new Uint8Array([0, 1]))).toBe(0);
    expect(likeness(new Uint8Array([3, 4]), new Uint8Array([3, 0]))).toBeCloseTo(0.6);
  });
  it('tell how many packets a cell has', () => {
    expect([0, 1, 13, 20, 49].map(packetsOf)).toEqual([0, 1, 2, 3, 16]);
  });
  it('say their ports to the filter', () => {
    const bands = [[null, null], [0, 1023], [22, 22], [23, 23], [1024, 65535]].map(([low, high]) => ({ low: low ?? null, high: high ?? null, label: '' }));
    expect(portTerms(bands, 0, 0)).toEqual(['protocol not in {tcp, udp}']);
    expect(portTerms(bands, 2, 2)).toEqual(['dst.port == 22']);
    expect(portTerms(bands, 3, 2)).toEqual(['dst.port in {22, 23}']);
    expect(portTerms(bands, 4, 4)).toEqual(['dst.port in 1024..65535']);
    expect(portTerms(bands, 1, 1)).toEqual(['dst.port in 0..1023', 'dst.port not in {22, 23}']);
    expect(portTerms(bands, 1, 2)).toEqual(['dst.port in 0..1023', 'dst.port != 23']);
    expect(portTerms(bands, 0, 4)).toEqual(['dst.port in {0..1023, 1024..65535}']);
    expect(portTerms([], 0, 0)).toEqual([]);
  });
});
