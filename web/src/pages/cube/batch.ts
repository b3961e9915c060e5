// Packets as the Cube plays them: a live frame, or rows of the store spread over some seconds. Pure.
import { ipv4Number } from '../../parts/frame_filter';
import { classMarks } from '../../look/palette';
import type { Frame } from '../../stream/frames';

export interface Batch {
  frame: Frame;
  /** When packet i sets out, milliseconds of the player's clock; ascending. */
  bornAt: (i: number) => number;
  /** When packet i was seen, milliseconds since 1970. */
  seenAt: (i: number) => number;
  /** Its destination in words, where they are known. */
  destinationAt: (i: number) => string | null;
}

export const hiddenDestination = 0xffffffff;

/** A live frame: its packets set out in the quarter of a second after it came, however fast a replay runs. */
export function batchOfFrame(frame: Frame): Batch {
  const span = Math.max(frame.length, (frame.time[frame.count - 1] ?? 0) / 1000, 1);
  return {
    frame,
    bornAt: (i) => frame.arrived + ((frame.time[i] ?? 0) / 1000 / span) * frame.length,
    seenAt: (i) => frame.begin + (frame.time[i] ?? 0) / 1000,
    destinationAt: (i) => (frame.destination[i] === hiddenDestination ? null : String(frame.destination[i])),
  };
}

/** What the Cube needs of a row of /packets. */
export interface PacketRow {
  time: string | null;
  source: string | null;
  destination?: string | null;
  protocol: string;
  source_port: number;
  destination_port: number;
  class: string;
  fingerprints: readonly string[];
  country: string | null;
}

const protocols: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17 };
const letters = (of: string | null) => (of ? of.charCodeAt(0) + 256 * of.charCodeAt(1) : 0);

/** Rows of the store, in any order, played in `length` milliseconds; those that are not IPv4 are left out. */
export function batchOfRows(rows: readonly PacketRow[], tools: ReadonlyMap<string, number>, length: number): Batch {
  const known = rows
    .flatMap((row) => {
      const source = ipv4Number(row.source ?? '');
      return source === null || row.time === null ? [] : [{ row, source, at: Date.parse(row.time) }];
    })
    .sort((a, b) => a.at - b.at);
  const first = known[0]?.at ?? 0;
  const span = Math.max(1, (known[known.length - 1]?.at ?? 0) - first);
  const n = known.length;
  const places = placesAmong(known.map(({ row }) => ipv4Number(row.destination ?? '')));
  const of = <T>(make: (of: (typeof known)[number]) => T) => known.map(make);
  const frame: Frame = {
    number: 0, begin: first, arrived: 0, length, packets: n, count: n,
    time: new Uint32Array(n),
    source: Uint32Array.from(of((each) => each.source)),
    destination: Uint32Array.from(places),
    sourcePort: Uint16Array.from(of(({ row }) => row.source_port)),
    destinationPort: Uint16Array.from(of(({ row }) => row.destination_port)),
    tool: Uint16Array.from(of(({ row }) => tools.get(row.fingerprints[0]?.toLowerCase() ?? '') ?? 0)),
    protocol: Uint8Array.from(of(({ row }) => protocols[row.protocol] ?? 0)),
    class: Uint8Array.from(of(({ row }) => Math.max(0, classMarks.findIndex((each) => each.name === row.class)))),
    isV6: new Uint8Array(n),
    country: Uint16Array.from(of(({ row }) => letters(row.country))),
  };
  return {
    frame,
    bornAt: (i) => (((known[i]?.at ?? first) - first) / span) * length,
    seenAt: (i) => known[i]?.at ?? first,
    destinationAt: (i) => known[i]?.row.destination ?? null,
  };
}

/** Places of addresses in the smallest prefix that has them all: what stands for the telescope's own. */
export function placesAmong(addresses: readonly (number | null)[]): number[] {
  const known = addresses.filter((each) => each !== null);
  if (known.length === 0) return addresses.map(() => hiddenDestination);
  const [low, high] = known.reduce(([least, most], each) => [Math.min(least, each), Math.max(most, each)], [Infinity, 0]);
  let size = 1;
  while (Math.floor(low / size) !== Math.floor(high / size)) size *= 2;
  const base = Math.floor(low / size) * size;
  return addresses.map((each) => (each === null ? hiddenDestination : each - base));
}
