// Axes of the crossings (GET /api/v1/crossings): what a part of an axis means in the filter language. Pure.
import { quote, term, termsOf, withTerm } from '../../state/filter';

export const axisFields = {
  time: null,
  source: 'src',
  source_port: 'src.port',
  port: 'dst.port',
  country: 'country',
  as: 'as',
  protocol: 'protocol',
  class: 'class',
  tool: 'tool',
  ttl: 'ttl',
  length: 'ip.length',
  destination: 'dst',
} as const;
export type AxisName = keyof typeof axisFields;
export const axisNames = Object.keys(axisFields) as AxisName[];

/**
 * A part of an axis: numbers from `low` to `high`, both included (of addresses those of IPv4, of time seconds since 1970);
 * or a value, which is its label; or one of the three behind them: no port, other, IPv6.
 */
export interface Bin {
  label: string;
  low?: number | null;
  high?: number | null;
}
export interface Axis {
  name: AxisName;
  bins: readonly Bin[];
}
export interface Pair {
  left: AxisName;
  right: AxisName;
  /** Bin of the left axis, of the right, packets. */
  cells: readonly (readonly [number, number, number])[];
}
export interface Crossings {
  axes: readonly Axis[];
  pairs: readonly Pair[];
  packets: number;
  /** 1, or the part of the packets that was looked at. */
  sampled: number;
}

export const mostAxes = 6;
/** Two attributes against two, and as many as one likes. */
export const usualAxes = { lines: ['source', 'source_port', 'port', 'ttl', 'country'], planes: ['source', 'source_port', 'port', 'time'] } as const;

/** "source,port": names that are none, and those said twice, are left out; the usual when fewer than two are left. */
export function parseAxes(text: string | undefined, of: 'lines' | 'planes'): AxisName[] {
  const found = (text ?? '').split(',').flatMap((each) => axisNames.find((name) => name === each) ?? []);
  const names = [...new Set(found)].slice(0, of === 'planes' ? 4 : mostAxes);
  return names.length < (of === 'planes' ? 4 : 2) ? [...usualAxes[of]] : names;
}

/** `axes` with another name at a place; the name that was there goes where the other comes from. */
export function withAxis(axes: readonly AxisName[], at: number, name: AxisName): AxisName[] {
  const old = axes[at];
  return axes.map((each, i) => (i === at ? name : each === name && old ? old : each));
}

type Ends = readonly [number, number];
const endsOf = (bin: Bin | undefined): Ends | null =>
  bin?.low === undefined || bin.low === null || bin.high === undefined || bin.high === null ? null : [bin.low, bin.high];
export const isRange = (bin: Bin | undefined): boolean => endsOf(bin) !== null;

/** What stands for bins that are neither a range nor a value. */
const behind: Readonly<Record<string, string>> = { 'no port': 'protocol not in {tcp, udp}', IPv6: 'ip.version == 6' };
/** Values that are not known are "none" in the language. */
const unknown = new Set(['none', 'unknown']);

export const dotted = (of: number): string => [24, 16, 8, 0].map((shift) => Math.floor(of / 2 ** shift) % 256).join('.');
const isAddress = (name: AxisName) => name === 'source' || name === 'destination';
const numberText = (name: AxisName, of: number): string => (isAddress(name) ? dotted(of) : String(of));

/** The condition that bins [first, last] of an axis stand for; null: time, or nothing that can be said. */
export function termOfBins(axis: Axis, first: number, last: number): string | null {
  const field = axisFields[axis.name];
  const bins = axis.bins.slice(Math.min(first, last), Math.max(first, last) + 1);
  if (field === null || bins.length === 0) return null;
  const ranges = bins.flatMap((each) => [endsOf(each)].filter((is) => is !== null));
  const [from, to] = [ranges[0], ranges[ranges.length - 1]];
  if (from && to) return from[0] === to[1] ? term(field, numberText(axis.name, from[0])) : `${field} in ${numberText(axis.name, from[0])}..${numberText(axis.name, to[1])}`;
  const isNumeric = axis.bins.some(isRange);
  if (isNumeric || bins.length === 1) {
    const of = behind[bins[0]?.label ?? ''];
    if (of || isNumeric) return of ?? null;
  }
  const values = bins.filter((each) => each.label !== 'other').map((each) => (unknown.has(each.label) ? null : each.label));
  if (values.length === 0) return null;
  if (values.length === 1) return term(field, values[0] ?? null);
  return `${field} in {${values.map((each) => (each === null ? 'none' : quote(each))).join(', ')}}`;
}

/** The time that bins of the axis time stand for, milliseconds. */
export function rangeOfBins(axis: Axis, first: number, last: number): { from: number; to: number } | null {
  const [from, to] = [endsOf(axis.bins[Math.min(first, last)]), endsOf(axis.bins[Math.max(first, last)])];
  return axis.name === 'time' && from && to ? { from: from[0] * 1000, to: (to[1] + 1) * 1000 } : null;
}

/** `filter` with the condition in place of what it said of the same field. */
export function withField(filter: string, condition: string): string {
  const field = condition.slice(0, condition.indexOf(' '));
  const others = termsOf(filter).filter((each) => !each.startsWith(`${field} `));
  return others.reduce(withTerm, '') ? withTerm(others.reduce(withTerm, ''), condition) : condition;
}

/** Packets of each bin of axis number `at`, from the pair beside it. */
export function marginal(of: Crossings, at: number): Float64Array {
  const out = new Float64Array(of.axes[at]?.bins.length ?? 0);
  const [pair, side] = at > 0 ? [of.pairs[at - 1], 1] : [of.pairs[0], 0];
  for (const cell of pair?.cells ?? []) out[cell[side as 0 | 1]] = (out[cell[side as 0 | 1]] ?? 0) + cell[2];
  return out;
}

/** Cells by how strong they are, `levels` sets from weak to strong, by the logarithm of their packets; `limit` are the most. */
export function levelsOf(pair: Pair, levels: number, limit = Number.POSITIVE_INFINITY): { most: number; sets: (readonly [number, number, number])[][] } {
  let most = 1;
  for (const [, , packets] of pair.cells) most = Math.max(most, packets);
  const sets: (readonly [number, number, number])[][] = Array.from({ length: levels }, () => []);
  const cells = pair.cells.length > limit ? [...pair.cells].sort((a, b) => b[2] - a[2]).slice(0, limit) : pair.cells;
  for (const cell of cells) {
    const part = most === 1 ? 1 : Math.log(cell[2]) / Math.log(most);
    sets[Math.max(0, Math.min(levels - 1, Math.floor(part * levels)))]?.push(cell);
  }
  return { most, sets };
}

/** Bins that get a label: of a list each that has room, else four that divide the axis evenly. */
export function labelledBins(count: number, isList: boolean, pixels: number, least: number): number[] {
  if (count === 0) return [];
  const step = isList ? Math.max(1, Math.ceil(least / pixels)) : Math.max(1, Math.round(count / 4));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}
