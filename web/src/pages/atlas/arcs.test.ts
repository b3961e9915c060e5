import { describe, expect, it } from 'vitest';
import { Colouring } from '../../parts/colouring';
import { frameFilter } from '../../parts/frame_filter';
import type { Frame } from '../../stream/frames';
import { Arcs, along, bend, flight, mostArcs } from './arcs';

const letters = (of: string) => (of ? of.charCodeAt(0) + 256 * of.charCodeAt(1) : 0);
function frame(n: number, country: (i: number) => string, arrived = 1000): Frame {
  return {
    number: 1, begin: 0, arrived, length: 250, packets: 2 * n, count: n,
    time: Uint32Array.from({ length: n }, (_, i) => i * 1000),
    source: new Uint32Array(n), destination: new Uint32Array(n), sourcePort: new Uint16Array(n),
    destinationPort: new Uint16Array(n).fill(23), tool: new Uint16Array(n), protocol: new Uint8Array(n).fill(6),
    class: new Uint8Array(n), isV6: new Uint8Array(n), country: Uint16Array.from({ length: n }, (_, i) => letters(country(i))),
  };
}
const all = frameFilter('');
const some = frameFilter('country == JP');
if (!all || !some) throw new Error('no filter');

describe('arcs', () => {
  it('are bounded, and say what was left out', () => {
    const arcs = new Arcs();
    const colouring = new Colouring('class');
    for (let i = 0; i < 12; ++i) arcs.take(frame(2000, () => 'JP', 1000 + 250 * i), all, colouring, () => true);
    const now = 1000 + 250 * 12;
    expect(arcs.flying(now).length).toBeLessThanOrEqual(mostArcs + 80);
    expect(arcs.flying(now).length).toBeGreaterThan(mostArcs / 2);
    expect(arcs.last).toEqual({ packets: 4000, fitting: 2000, placeless: 0, drawn: 80 });
    expect(arcs.flying(now + flight + 250)).toEqual([]);
  });
  it('follow the filter, and leave out what has no place', () => {
    const arcs = new Arcs();
    const of = frame(30, (i) => ['JP', 'US', ''][i % 3] ?? '');
    arcs.take(of, some, new Colouring('class'), () => true);
    expect(arcs.last).toEqual({ packets: 60, fitting: 10, placeless: 0, drawn: 10 });
    arcs.take(of, all, new Colouring('class'), (country) => country !== 'US');
    expect(arcs.last).toMatchObject({ fitting: 30, placeless: 20, drawn: 10 });
  });
  it('are higher for higher ports, and end where they should', () => {
    const [from, to] = [{ x: 0, y: 100 }, { x: 200, y: 300 }];
    const heights = [0, 23, 3389, 65535].map((port) => bend(from, to, port, 400).y);
    expect([...heights].sort((a, b) => b - a)).toEqual(heights);
    const middle = bend(from, to, 23, 400);
    expect([along(from, middle, to, 0), along(from, middle, to, 1)]).toEqual([from, to]);
  });
});
