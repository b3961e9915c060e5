import { describe, expect, it } from 'vitest';
import { FrameReader, countryOf, ipv4Text, type FrameEvent } from './frames';

/** A frame written field by field, as docs/api.md says. */
function frame(version: number, marks: { time: number; source: number; port: number; country?: string }[]): Uint8Array {
  const n = marks.length;
  const out = new DataView(new ArrayBuffer(36 + n * (version === 2 ? 23 : 21)));
  out.setUint32(0, out.byteLength - 4, true);
  out.setUint8(4, version);
  out.setUint16(6, n, true);
  out.setBigUint64(8, 77n, true);
  out.setBigUint64(16, 1_768_467_600_000_000n, true);
  out.setUint32(24, 250_000, true);
  out.setUint32(28, 500, true);
  marks.forEach((each, i) => {
    out.setUint32(36 + 4 * i, each.time, true);
    out.setUint32(36 + 4 * n + 4 * i, each.source, true);
    out.setUint32(36 + 8 * n + 4 * i, i, true);
    out.setUint16(36 + 12 * n + 2 * i, 40000, true);
    out.setUint16(36 + 14 * n + 2 * i, each.port, true);
    out.setUint16(36 + 16 * n + 2 * i, 3, true);
    out.setUint8(36 + 18 * n + i, 6);
    out.setUint8(36 + 19 * n + i, 1);
    if (version === 2 && each.country)
      for (const k of [0, 1]) out.setUint8(36 + 21 * n + 2 * i + k, each.country.charCodeAt(k));
  });
  return new Uint8Array(out.buffer);
}
const nothing = () => {
  const out = frame(1, []);
  out[5] = 1;
  return out;
};

function readAll(bytes: Uint8Array, size: number): FrameEvent[] {
  const found: FrameEvent[] = [];
  const reader = new FrameReader((each) => found.push(each));
  for (let at = 0; at < bytes.length; at += size) reader.read(bytes.subarray(at, at + size));
  return found;
}

describe('frames', () => {
  const marks = [
    { time: 5, source: 0xc0000207, port: 23, country: 'JP' },
    { time: 9, source: 0xff000001, port: 445 },
    { time: 249_999, source: 1, port: 65535, country: 'US' },
  ];
  it('come out as they went in, in any pieces', () => {
    const bytes = new Uint8Array([...frame(2, marks), ...nothing(), ...frame(1, marks)]);
    for (const size of [1, 7, 36, 1000]) {
      const [second, none, first] = readAll(bytes, size);
      expect(none).toEqual({ kind: 'nothing' });
      if (second?.kind !== 'packets' || first?.kind !== 'packets') throw new Error('no packets');
      for (const { frame: each } of [second, first]) {
        expect(each).toMatchObject({ number: 77, begin: 1_768_467_600_000, length: 250, packets: 500, count: 3 });
        expect([...each.source].map(ipv4Text)).toEqual(['192.0.2.7', '255.0.0.1', '0.0.0.1']);
        expect([...each.destinationPort]).toEqual([23, 445, 65535]);
        expect([...each.class]).toEqual([1, 1, 1]);
        expect([...each.time]).toEqual([5, 9, 249_999]);
      }
      expect([...second.frame.country].map(countryOf)).toEqual(['JP', null, 'US']);
      expect([...first.frame.country].map(countryOf)).toEqual([null, null, null]);
    }
  });
  it('of a stranger are refused', () => {
    const huge = frame(1, []);
    huge.set([255, 255, 255, 255]);
    expect(() => readAll(huge, 100)).toThrow('bytes');
    const cut = frame(1, marks);
    cut[6] = 200;
    expect(() => readAll(cut, 1000)).toThrow('cut');
    const other = frame(1, []);
    other[4] = 9;
    expect(() => readAll(other, 1000)).toThrow('version 9');
  });
});
