import { rgbOf } from './renderer';
import { describe, expect, it } from 'vitest';
import { Colouring } from '../../parts/colouring';
import { frameFilter } from '../../parts/frame_filter';
import { portPart } from '../../parts/scales';
import type { Frame } from '../../stream/frames';
import { batchOfFrame, batchOfRows, hiddenDestination, placesAmong, type PacketRow } from './batch';
import { firstView, isInside, matrixOf, project } from './camera';
import { PictureClock } from './clock';
import { heatColumns, heatOf, heatRows, portsOf, sourcesOf } from './heat';
import { MarkRing, half } from './marks';
import { Player } from './player';

const all = frameFilter('');
if (!all) throw new Error('no filter');

interface Some {
  count?: number;
  arrived?: number;
  destination?: number;
  port?: number;
}
function frame({ count = 100, arrived = 10_000, destination = 7, port = 3389 }: Some = {}): Frame {
  const each = <T extends Uint32Array | Uint16Array | Uint8Array>(of: T, value: (i: number) => number) => {
    for (let i = 0; i < count; ++i) of[i] = value(i);
    return of;
  };
  return {
    number: 1, begin: 1_700_000_000_000, arrived, length: 250, packets: 2 * count, count,
    time: each(new Uint32Array(count), (i) => (i * 10_000_000) / count),
    source: each(new Uint32Array(count), (i) => ((i / count) * 2 ** 32) >>> 0),
    destination: each(new Uint32Array(count), () => destination), sourcePort: each(new Uint16Array(count), () => 40000),
    destinationPort: each(new Uint16Array(count), () => port), tool: new Uint16Array(count), protocol: each(new Uint8Array(count), () => 6),
    class: new Uint8Array(count), isV6: new Uint8Array(count), country: new Uint16Array(count),
  };
}
const timing = { flight: 1000, glow: 2000 };
const player = (mostOfBatch = 1000) => new Player({ filter: all, colouring: new Colouring('class'), timing, most: 12_000, mostOfBatch, span: 250 });
const aliveOf = (of: Player, now: number) => of.ring.alive(now, of.life).reduce((sum, [from, to]) => sum + to - from, 0);

describe('the ring of marks', () => {
  it('keeps what lives, around its end, as a slow twin says', () => {
    const ring = new MarkRing(64);
    const born: number[] = [];
    for (let k = 0; k < 10; ++k) {
      const batch = batchOfFrame(frame({ count: 10, arrived: 1000 * k }));
      for (let i = 0; i < 10; ++i) {
        ring.push(batch, i, 0, 256);
        born.push(Math.floor(batch.bornAt(i)));
      }
      const now = 1000 * k + 400;
      const kept = born.slice(-64);
      const expected = kept.filter((each) => now - each <= 2500).length;
      expect(ring.alive(now, 2500).reduce((sum, [from, to]) => sum + to - from, 0)).toBe(expected);
    }
    expect(ring.size).toBe(64);
    const uploads = ring.takeDirty();
    expect(uploads.every(([from, to]) => from < to && to <= 64)).toBe(true);
    expect(ring.takeDirty()).toEqual([]);
  });
  it('has 16 bytes a mark, and knows whose they are', () => {
    const ring = new MarkRing(64);
    const batch = batchOfFrame(frame({ destination: 128 }));
    ring.push(batch, 50, 3, 256);
    expect([...ring.words.slice(0, 4)]).toEqual([0x8000 + 40000 * 65536, 0x8080 + 3389 * 65536, 10_126, 3]);
    expect(ring.packet(0)).toEqual({ batch, i: 50 });
    expect(ring.position(0, 10_126, timing, portPart)?.[0]).toBe(-half.x);
    expect(ring.position(0, 11_126, timing, portPart)?.[0]).toBe(half.x);
    expect([ring.position(0, 10_000, timing, portPart), ring.position(0, 14_000, timing, portPart)]).toEqual([null, null]);
  });
});

describe('the player', () => {
  it('shows marks as they set out, and lets them go', () => {
    const of = player();
    of.add(batchOfFrame(frame()));
    of.advance(9_000);
    expect(aliveOf(of, 9_000)).toBe(0);
    of.advance(10_100);
    expect([aliveOf(of, 10_100), of.shown]).toEqual([100, { packets: 200, sampled: 100, fitting: 100, drawn: 100 }]);
    expect(aliveOf(of, 13_500)).toBe(0);
  });
  it('goes back and comes again to the same picture', () => {
    const of = player();
    for (let k = 0; k < 40; ++k) of.add(batchOfFrame(frame({ count: 20, arrived: 10_000 + 250 * k })));
    const seen = new Map<number, number>();
    for (let now = 10_000; now < 20_000; now += 500) {
      of.advance(now);
      seen.set(now, aliveOf(of, now));
    }
    for (const now of [12_000, 15_000, 10_500, 19_500]) {
      of.advance(now);
      expect(aliveOf(of, now), String(now)).toBe(seen.get(now));
    }
  });
  it('draws no more than there is room for, and says so', () => {
    const of = player(30);
    of.add(batchOfFrame(frame({ count: 100 })));
    of.advance(10_300);
    expect(of.shown).toEqual({ packets: 200, sampled: 100, fitting: 100, drawn: 30 });
  });
  it('forgets what is too old, and places marks anew in a larger telescope', () => {
    const of = player();
    for (let k = 0; k < 10; ++k) of.add(batchOfFrame(frame({ arrived: 1000 * k })), 1000 * k - 2000);
    expect(of.bounds).toEqual({ from: 7000, to: 9250 });
    expect(of.size).toBe(256);
    of.add(batchOfFrame(frame({ destination: 4000 })));
    expect(of.size).toBe(4096);
    of.add(batchOfFrame(frame({ destination: hiddenDestination })));
    expect([of.size, of.hasHidden]).toEqual([4096, true]);
  });
});

describe('rows of the store', () => {
  const row = (time: string, source: string, destination: string | null): PacketRow => ({
    time, source, destination, protocol: 'tcp', source_port: 1, destination_port: 23, class: 'backscatter', fingerprints: ['mirai'], country: 'JP',
  });
  it('are played by their time', () => {
    const of = batchOfRows(
      [row('2026-01-15T09:10:00Z', '192.0.2.2', '198.51.100.9'), row('2026-01-15T09:00:00Z', '192.0.2.1', '198.51.100.1'), row('2026-01-15T09:05:00Z', '2001:db8::1', null)],
      new Map([['mirai', 3]]), 20_000);
    expect([of.frame.count, of.bornAt(0), of.bornAt(1), of.seenAt(1)]).toEqual([2, 0, 20_000, Date.UTC(2026, 0, 15, 9, 10)]);
    expect([[...of.frame.destination], [...of.frame.tool], [...of.frame.class], of.destinationAt(0)]).toEqual([[1, 9], [3, 3], [1, 1], '198.51.100.1']);
  });
  it('have places in the smallest prefix', () => {
    expect(placesAmong([0xc6120005, 0xc6120fff, null])).toEqual([5, 4095, hiddenDestination]);
    expect(placesAmong([null])).toEqual([hiddenDestination]);
  });
});

describe('the clock', () => {
  it('runs, holds, goes back and on', () => {
    let wall = 1000;
    const of = new PictureClock(() => wall);
    expect(of.now()).toBe(1000);
    of.hold();
    wall = 5000;
    expect([of.now(), of.lag, of.isHeld]).toEqual([1000, 4000, true]);
    of.goTo(500);
    of.run();
    wall = 6000;
    expect([of.now(), of.lag]).toEqual([1500, 4500]);
    of.goTo(6000);
    wall = 7000;
    expect(of.now()).toBe(7000);
  });
});

describe('the heat map', () => {
  it('counts as a slow twin does', () => {
    const batches = [batchOfFrame(frame({ count: 500 })), batchOfFrame(frame({ count: 300, port: 23, arrived: 20_000 }))];
    const of = { filter: all, across: 'port', isEven: false, size: 256, from: 0, to: 30_000 } as const;
    const heat = heatOf(batches, of);
    expect([heat.packets, heat.cells.reduce((sum, each) => sum + each, 0)]).toEqual([800, 800]);
    const column = Math.floor(portPart(3389) * heatColumns);
    const inColumn = Array.from({ length: heatRows }, (_, i) => heat.cells[i * heatColumns + column] ?? 0);
    expect(inColumn.reduce((sum, each) => sum + each, 0)).toBe(500);
    expect(heatOf(batches, { ...of, from: 15_000 }).packets).toBe(300);
    expect(heatOf([batchOfFrame(frame({ destination: hiddenDestination }))], { ...of, across: 'destination' })).toMatchObject({ packets: 100, hidden: 100, most: 0 });
  });
  it('says what its cells are', () => {
    expect(sourcesOf(0, heatRows - 1)).toEqual([0, 2 ** 32 - 1]);
    expect(sourcesOf(heatRows - 1, heatRows - 1)).toEqual([0, 2 ** 25 - 1]);
    for (const isEven of [false, true]) {
      let next = 0;
      for (let column = 0; column < heatColumns; ++column) {
        const [first, last] = portsOf(column, column, isEven);
        expect(first, `column ${column}`).toBe(next);
        for (const port of [first, last]) expect(Math.min(heatColumns - 1, Math.floor(portPart(port, isEven) * heatColumns))).toBe(column);
        next = last + 1;
      }
      expect(next).toBe(65536);
    }
  });
});

describe('the camera', () => {
  it('sees the middle in the middle, and left on the left', () => {
    const matrix = matrixOf(firstView, 900, 600);
    const middle = project(matrix, [0, 0, 0], 900, 600);
    expect([Math.round(middle.x), Math.round(middle.y)]).toEqual([450, 270]);
    expect(project(matrix, [-half.x, 0, 0], 900, 600).x).toBeLessThan(450);
    expect(project(matrix, [0, half.y, 0], 900, 600).y).toBeLessThan(300);
    for (const x of [-half.x, half.x])
      for (const y of [-half.y, half.y])
        for (const z of [-half.z, half.z]) {
          const at = project(matrix, [x, y, z], 900, 600);
          expect(at.x > 0 && at.x < 900 && at.y > 0 && at.y < 600, `${x} ${y} ${z}`).toBe(true);
        }
  });
  it('knows what is inside', () => {
    const square = [{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 10 }, { x: 0, y: 10 }];
    expect([isInside(5, 5, square), isInside(11, 5, square), isInside(5, -1, square)]).toEqual([true, false, false]);
  });
});

it('colours are read in both of their forms', () => {
  expect(rgbOf('#ff0033')).toEqual([1, 0, 0.2]);
  expect(rgbOf('#f03')).toEqual([1, 0, 0.2]);
  expect(rgbOf('nothing')).toEqual([0.5, 0.5, 0.5]);
});
