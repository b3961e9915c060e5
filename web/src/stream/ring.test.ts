import { describe, expect, it } from 'vitest';
import type { Frame } from './frames';
import { FrameHistory, Ring } from './ring';

describe('a ring', () => {
  it('has the newest, from the oldest on', () => {
    const ring = new Ring<number>(3);
    expect([...ring]).toEqual([]);
    for (let i = 1; i <= 5; ++i) ring.push(i);
    expect([...ring]).toEqual([3, 4, 5]);
    expect([ring.size, ring.newest()]).toEqual([3, 5]);
    ring.clear();
    expect([ring.size, ring.newest()]).toEqual([0, undefined]);
  });
});

describe('the history of frames', () => {
  const frame = (arrived: number, count: number) => ({ arrived, count }) as Frame;
  it('is bounded by marks and by time', () => {
    const of = new FrameHistory(100, 1000);
    for (let i = 0; i < 20; ++i) of.push(frame(i * 250, 10));
    expect([of.first?.arrived, of.last?.arrived, of.marks]).toEqual([3750, 4750, 50]);
    of.push(frame(4800, 90));
    expect(of.marks).toBe(100);
    expect(of.between(4750, 4800).length).toBe(1);
    of.push(frame(4900, 1000));
    expect([of.first?.arrived, of.marks]).toEqual([4900, 1000]);
  });
  it('keeps ten minutes of the fullest frames, a sample of those older than one', () => {
    const column = Uint16Array.from({ length: 2000 }, (_, i) => i);
    const names = ['time', 'source', 'destination', 'sourcePort', 'destinationPort', 'tool', 'protocol', 'class', 'isV6', 'country'];
    const columns = Object.fromEntries(names.map((name) => [name, column]));
    const full = (arrived: number) => ({ ...columns, arrived, count: 2000, packets: 9000 }) as unknown as Frame;
    const of = new FrameHistory();
    for (let i = 0; i <= 3000; ++i) of.push(full(i * 250));
    expect((of.last?.arrived ?? 0) - (of.first?.arrived ?? 0)).toBe(600_000);
    expect(of.marks).toBe(of.all().reduce((sum, each) => sum + each.count, 0));
    expect([of.first?.count, of.first?.packets, of.first?.source.length, of.first?.source[1]]).toEqual([200, 9000, 200, 10]);
    expect(of.all().filter((each) => each.count === 2000).every((each) => 750_000 - each.arrived <= 60_000)).toBe(true);
  });
});
