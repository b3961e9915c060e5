// The box: its edges, the grids of its two sides, and what is written beside them. Pure.
import { portPart } from '../../parts/scales';
import { depthOf, half } from './marks';

export const portTicks = [0, 1024, 4096, 16384, 65535] as const;
export const addressTicks = [0, 0.25, 0.5, 0.75, 1] as const;

/** Lines as x, y, z, strength of each end. */
export function boxLines(isEven: boolean): Float32Array {
  const out: number[] = [];
  const line = (a: readonly number[], b: readonly number[], strength: number) => out.push(...a, strength, ...b, strength);
  const { x, y, z } = half;
  for (const side of [-x, x]) {
    for (const part of addressTicks) {
      const at = (part - 0.5) * 2 * y;
      line([side, at, -z], [side, at, z], part === 0 || part === 1 ? 0.55 : 0.16);
    }
    for (const port of portTicks) {
      const at = depthOf(portPart(port, isEven));
      line([side, -y, at], [side, y, at], port === 0 || port === 65535 ? 0.55 : 0.16);
    }
  }
  for (const [up, deep] of [[-y, -z], [-y, z], [y, -z], [y, z]] as const) line([-x, up, deep], [x, up, deep], 0.12);
  return new Float32Array(out);
}

export interface Label {
  at: [number, number, number];
  text: string;
  /** Where the text stands to its point. */
  side: 'left' | 'right' | 'under' | 'over';
  isTitle?: boolean;
}

/** `size`: addresses of the telescope. */
export function labels(isEven: boolean, size: number, words: { source: string; destination: string; port: string }): Label[] {
  const { x, y, z } = half;
  const out: Label[] = [
    { at: [-x, y, 0], text: words.source, side: 'over', isTitle: true },
    { at: [x, y, 0], text: words.destination, side: 'over', isTitle: true },
  ];
  for (const part of addressTicks) {
    const at = (part - 0.5) * 2 * y;
    out.push({ at: [-x, at, z], text: part === 1 ? '255.255.255.255' : `${part * 256}.0.0.0`, side: 'left' });
    out.push({ at: [x, at, -z], text: String(Math.round(part * (size - 1))), side: 'right' });
  }
  for (const port of portTicks)
    for (const side of [-x, x])
      out.push({ at: [side, -y, depthOf(portPart(port, isEven))], text: port === 0 ? `${words.port} 0` : String(port), side: 'under' });
  return out;
}
