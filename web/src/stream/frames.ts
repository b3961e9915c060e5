// Frames of packets (docs/api.md, "Frames"): bytes to columns. Versions 1 and 2; 2 has the country.

export interface Frame {
  number: number;
  /** Milliseconds since 1970, by the packets. */
  begin: number;
  /** When it came, by the clock of this machine. */
  arrived: number;
  /** Milliseconds. */
  length: number;
  /** Packets that came in this time; the columns hold a sample of them. */
  packets: number;
  count: number;
  /** Microseconds since the begin of the frame. */
  time: Uint32Array;
  source: Uint32Array;
  /** Place among the telescope's own addresses; 4294967295: hidden. */
  destination: Uint32Array;
  sourcePort: Uint16Array;
  destinationPort: Uint16Array;
  tool: Uint16Array;
  protocol: Uint8Array;
  class: Uint8Array;
  isV6: Uint8Array;
  /** Two letters as ASCII, the first in the lower byte; 0: not known. */
  country: Uint16Array;
}

export type FrameEvent = { kind: 'packets'; frame: Frame } | { kind: 'nothing' } | { kind: 'gap' };

const headSize = 36;
/** A frame of 2,000 packets has 54 kB; what says more than this is no frame. */
const mostBytes = 1 << 20;

export class FrameReader {
  private rest = new Uint8Array(0);
  constructor(private readonly take: (each: FrameEvent) => void) {}

  /** Throws when the bytes are no frames: the stream has to begin anew. */
  read(piece: Uint8Array) {
    const all = new Uint8Array(this.rest.length + piece.length);
    all.set(this.rest);
    all.set(piece, this.rest.length);
    const view = new DataView(all.buffer);
    let at = 0;
    while (at + 4 <= all.length) {
      const length = view.getUint32(at, true) + 4;
      if (length < headSize || length > mostBytes) throw new Error(`a frame of ${length} bytes`);
      if (at + length > all.length) break;
      this.take(decodeFrame(view, at, length));
      at += length;
    }
    this.rest = all.slice(at);
  }
}

export const columnBytes = (version: number): number => (version >= 2 ? 23 : 21);

function decodeFrame(view: DataView, at: number, length: number): FrameEvent {
  const version = view.getUint8(at + 4);
  const kind = view.getUint8(at + 5);
  if (version < 1 || version > 2) throw new Error(`frames of version ${version}`);
  if (kind === 1) return { kind: 'nothing' };
  if (kind === 2) return { kind: 'gap' };
  const n = view.getUint16(at + 6, true);
  if (length < headSize + n * columnBytes(version)) throw new Error('a frame that is cut');
  let next = at + headSize;
  // Columns need not lie at multiples of their width: copied, not viewed.
  const bytes = (width: number) => {
    const from = view.byteOffset + next;
    next += n * width;
    return view.buffer.slice(from, from + n * width) as ArrayBuffer;
  };
  const frame: Frame = {
    arrived: Date.now(),
    number: Number(view.getBigUint64(at + 8, true)),
    begin: Number(view.getBigUint64(at + 16, true)) / 1000,
    length: view.getUint32(at + 24, true) / 1000,
    packets: view.getUint32(at + 28, true),
    count: n,
    time: new Uint32Array(bytes(4)),
    source: new Uint32Array(bytes(4)),
    destination: new Uint32Array(bytes(4)),
    sourcePort: new Uint16Array(bytes(2)),
    destinationPort: new Uint16Array(bytes(2)),
    tool: new Uint16Array(bytes(2)),
    protocol: new Uint8Array(bytes(1)),
    class: new Uint8Array(bytes(1)),
    isV6: new Uint8Array(bytes(1)),
    country: version >= 2 ? new Uint16Array(bytes(2)) : new Uint16Array(n),
  };
  return { kind: 'packets', frame };
}

/** The frame with at most so many of its packets, evenly spaced; `packets` still says how many there were. */
export function thinned(of: Frame, most: number): Frame {
  if (of.count <= most) return of;
  const pick = <T extends Uint8Array | Uint16Array | Uint32Array>(from: T): T => {
    const out = from.slice(0, most) as T;
    for (let i = 0; i < most; ++i) out[i] = from[Math.floor((i * of.count) / most)] ?? 0;
    return out;
  };
  return {
    ...of, count: most, time: pick(of.time), source: pick(of.source), destination: pick(of.destination), sourcePort: pick(of.sourcePort),
    destinationPort: pick(of.destinationPort), tool: pick(of.tool), protocol: pick(of.protocol), class: pick(of.class), isV6: pick(of.isV6), country: pick(of.country),
  };
}

/** "JP" of a country's number; null: not known. */
export const countryOf = (two: number): string | null =>
  two === 0 ? null : String.fromCharCode(two & 255, two >> 8);

/** "192.0.2.7" of 32 bits. */
export const ipv4Text = (of: number): string => `${of >>> 24}.${(of >>> 16) & 255}.${(of >>> 8) & 255}.${of & 255}`;
