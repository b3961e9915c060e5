// The twin of the Cube in two dimensions: how many packets there are by source and port, or by source and destination. Pure.
import type { FrameFilter } from '../../parts/frame_filter';
import { portAt, portPart } from '../../parts/scales';
import { hiddenDestination, type Batch } from './batch';

export type Across = 'port' | 'destination';
export const heatRows = 128;
export const heatColumns = 160;

export interface Heat {
  /** Row by row, from the highest addresses down. */
  cells: Uint32Array;
  most: number;
  packets: number;
  /** Of them, those that are no dots in it: their destination is hidden. */
  hidden: number;
}

export interface HeatOptions {
  filter: FrameFilter;
  across: Across;
  isEven: boolean;
  /** Addresses of the telescope. */
  size: number;
  /** Only packets that set out in [from, to]. */
  from: number;
  to: number;
}

export function heatOf(batches: readonly Batch[], of: HeatOptions): Heat {
  const cells = new Uint32Array(heatRows * heatColumns);
  let [most, packets, hidden] = [0, 0, 0];
  for (const batch of batches) {
    const { frame } = batch;
    for (let i = 0; i < frame.count; ++i) {
      const born = batch.bornAt(i);
      if (born < of.from || born > of.to || !of.filter.test(frame, i)) continue;
      packets += 1;
      const place = frame.destination[i] ?? 0;
      if (of.across === 'destination' && place === hiddenDestination) {
        hidden += 1;
        continue;
      }
      const part = of.across === 'port' ? portPart(frame.destinationPort[i] ?? 0, of.isEven) : (place + 0.5) / of.size;
      const column = Math.min(heatColumns - 1, Math.floor(part * heatColumns));
      const row = heatRows - 1 - Math.floor(((frame.source[i] ?? 0) / 2 ** 32) * heatRows);
      const count = (cells[row * heatColumns + column] ?? 0) + 1;
      cells[row * heatColumns + column] = count;
      if (count > most) most = count;
    }
  }
  return { cells, most, packets, hidden };
}

/** The first and last address of rows `from` to `to`, both included. */
export function sourcesOf(from: number, to: number): [number, number] {
  const size = 2 ** 32 / heatRows;
  const [top, bottom] = [Math.min(from, to), Math.max(from, to)];
  return [(heatRows - 1 - bottom) * size, (heatRows - top) * size - 1];
}

/** The first and last port of columns `from` to `to`, both included. */
export function portsOf(from: number, to: number, isEven: boolean): [number, number] {
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  const low = left === 0 ? 0 : firstPort(left, isEven);
  return [low, right >= heatColumns - 1 ? 65535 : Math.max(low, firstPort(right + 1, isEven) - 1)];
}

/** The first port that is drawn in a column. */
function firstPort(column: number, isEven: boolean): number {
  let port = Math.max(0, portAt(column / heatColumns, isEven) - 2);
  while (port < 65535 && Math.floor(portPart(port, isEven) * heatColumns) < column) port += 1;
  return port;
}
