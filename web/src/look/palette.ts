// Colours of marks. Classes after Okabe and Ito ("Color Universal Design", 2008), which people with any colour vision
// can tell apart, lightened or darkened for the ground; each class has a shape and a pattern as well.
import { theme } from '../state/settings';

export type Shape = 'circle' | 'diamond' | 'triangle' | 'square' | 'ring' | 'cross' | 'bar' | 'dot';
interface Mark {
  dark: string;
  light: string;
  shape: Shape;
}

/** By the number of the class (/api/v1/names/class). */
export const classMarks: readonly (Mark & { name: string })[] = [
  { name: 'scan', dark: '#5bb8ec', light: '#0072b2', shape: 'circle' },
  { name: 'backscatter', dark: '#f07a2c', light: '#d55e00', shape: 'diamond' },
  { name: 'amplifier-probe', dark: '#f0b429', light: '#b97d00', shape: 'triangle' },
  { name: 'payload', dark: '#dd8fbd', light: '#b0508a', shape: 'square' },
  { name: 'misconfiguration', dark: '#2fc39b', light: '#008a68', shape: 'ring' },
  { name: 'unroutable', dark: '#e8df5a', light: '#8d8600', shape: 'cross' },
  { name: 'fragment', dark: '#b3a3f2', light: '#6a56c0', shape: 'bar' },
  { name: 'other', dark: '#93a1ad', light: '#6b7783', shape: 'dot' },
];
const otherMark = classMarks[7] as (typeof classMarks)[number];

export const markOf = (name: string) => classMarks.find((each) => each.name === name) ?? otherMark;
export const classColor = (name: string): string => markOf(name)[theme.value];
export const classColorAt = (index: number): string => (classMarks[index] ?? otherMark)[theme.value];

/** Lines of a chart, in this order. */
const lines = { dark: ['#4cc2c4', '#f0b429', '#dd8fbd', '#5bb8ec', '#f07a2c', '#2fc39b'], light: ['#0b7f86', '#b97d00', '#b0508a', '#0072b2', '#d55e00', '#008a68'] };
export const lineColor = (index: number): string => lines[theme.value][index % 6] ?? '#888';

/** A colour of the look (look/tokens.css): tokenColor('--line'). Read again when the theme changes. */
export function tokenColor(name: string): string {
  void theme.value;
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

type Rgb = readonly [number, number, number];
const ramps: Record<'dark' | 'light', readonly Rgb[]> = {
  dark: [[20, 29, 37], [17, 62, 77], [18, 107, 120], [52, 158, 158], [140, 206, 184], [240, 243, 205]],
  light: [[234, 239, 238], [186, 217, 217], [124, 184, 190], [62, 143, 156], [20, 97, 116], [8, 50, 70]],
};
/** Density from 0 to 1: lightness rises (dark) or falls (light) evenly, so it reads without hue. */
export function ramp(of: number): Rgb {
  const all = ramps[theme.value];
  const at = Math.min(1, Math.max(0, of)) * (all.length - 1);
  const low = all[Math.floor(at)] ?? [0, 0, 0];
  const high = all[Math.ceil(at)] ?? low;
  const part = at - Math.floor(at);
  return [0, 1, 2].map((i) => Math.round((low[i] ?? 0) + ((high[i] ?? 0) - (low[i] ?? 0)) * part)) as unknown as Rgb;
}
export const rampColor = (of: number): string => `rgb(${ramp(of).join(',')})`;

/** Where a count lies between 1 and the most, by its logarithm: 0 to 1. */
export const logPart = (of: number, most: number): number =>
  of <= 0 ? 0 : most <= 1 ? 1 : Math.min(1, Math.log1p(of) / Math.log1p(most));

/** Stripes for a canvas, one kind for each class: colour is never alone. */
export function classPattern(context: CanvasRenderingContext2D, index: number): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const on = tile.getContext('2d');
  if (!on) return classColorAt(index);
  on.fillStyle = classColorAt(index);
  on.globalAlpha = 0.45;
  on.fillRect(0, 0, 8, 8);
  on.globalAlpha = 1;
  if (index % 4 === 0) on.fillRect(0, 0, 8, 2);
  if (index % 4 === 1) on.fillRect(0, 0, 2, 8);
  if (index % 4 === 2) for (let i = 0; i < 8; ++i) on.fillRect(i, i, 2, 1);
  if (index % 4 === 3) on.fillRect(2, 2, 3, 3);
  if (index >= 4) on.fillRect(5, 5, 2, 2);
  return context.createPattern(tile, 'repeat') ?? classColorAt(index);
}
