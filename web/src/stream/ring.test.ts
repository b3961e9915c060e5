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
});
