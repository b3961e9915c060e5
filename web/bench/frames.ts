// Frames of packets as the server sends them, of invented packets: the same for the same number.
import type { Frame } from '../src/stream/frames';

/** Park and Miller's minimal standard: enough for places of marks. */
export function chance(seed: number): () => number {
  let at = seed;
  return () => (at = (at * 48271) % 2147483647) / 2147483647;
}

/** `count` packets of a quarter of a second; `arrived` is by the clock of the picture. */
export function frameAt(number: number, arrived: number, count: number): Frame {
  const next = chance(number + 1);
  const fill = <T extends Uint8Array | Uint16Array | Uint32Array>(into: T, most: number): T => {
    for (let i = 0; i < count; ++i) into[i] = Math.floor(next() * most);
    return into;
  };
  const ports = [23, 22, 80, 443, 445, 3389, 5060, 8080];
  const destinationPort = new Uint16Array(count);
  for (let i = 0; i < count; ++i) destinationPort[i] = next() < 0.7 ? (ports[Math.floor(next() * ports.length)] ?? 23) : Math.floor(next() * 65536);
  return {
    number, arrived, begin: arrived, length: 250, packets: 4 * count, count,
    time: Uint32Array.from({ length: count }, (_, i) => Math.floor((i / count) * 250_000)),
    source: fill(new Uint32Array(count), 2 ** 32), destination: fill(new Uint32Array(count), 4096),
    sourcePort: fill(new Uint16Array(count), 65536), destinationPort, tool: fill(new Uint16Array(count), 6),
    protocol: new Uint8Array(count).fill(6), class: fill(new Uint8Array(count), 4), isV6: new Uint8Array(count), country: new Uint16Array(count),
  };
}

/** The same frame as bytes of version 2 (docs/api.md, "Frames"). */
export function bytesOf(of: Frame): Uint8Array {
  const n = of.count;
  const out = new DataView(new ArrayBuffer(36 + 23 * n));
  out.setUint32(0, out.byteLength - 4, true);
  out.setUint8(4, 2);
  out.setUint16(6, n, true);
  out.setBigUint64(8, BigInt(of.number), true);
  out.setBigUint64(16, BigInt(Math.floor(of.begin)) * 1000n, true);
  out.setUint32(24, of.length * 1000, true);
  out.setUint32(28, of.packets, true);
  let at = 36;
  for (const [column, width] of [[of.time, 4], [of.source, 4], [of.destination, 4], [of.sourcePort, 2], [of.destinationPort, 2], [of.tool, 2], [of.protocol, 1], [of.class, 1], [of.isV6, 1], [of.country, 2]] as const)
    for (const each of column) {
      if (width === 4) out.setUint32(at, each, true);
      else if (width === 2) out.setUint16(at, each, true);
      else out.setUint8(at, each);
      at += width;
    }
  return new Uint8Array(out.buffer);
}
