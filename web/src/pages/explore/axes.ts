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
  length: 'length',
  destination: 'dst',
} as const;
export type AxisName = keyof typeof axisFields;
export const axisNames = Object.keys(axisFields) as AxisName[];

export interface Bin {
  label: string;
  /** What it holds, both included; missing: the label is the value. */
  low?: string | number | null;
  high?: string | number | null;
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

/** Bins that are not one value: what is behind the most frequent. */
const isRest = (bin: Bin) => bin.label === 'other' && (bin.low === undefined || bin.low === null);

const valueOf = (bin: Bin): string | number | null => (bin.low !== undefined && bin.low !== null ? bin.low : bin.label === 'none' ? null : bin.label);

/** The condition that bins [first, last] of an axis stand for; null: time, or nothing that can be said. */
export function termOfBins(axis: Axis, first: number, last: number): string | null {
  const field = axisFields[axis.name];
  if (field === null) return null;
  const bins = axis.bins.slice(Math.min(first, last), Math.max(first, last) + 1).filter((each) => !isRest(each));
  const [low, high] = [bins[0]?.low, bins[bins.length - 1]?.high];
  if (bins.length === 0) return null;
  if (low !== undefined && low !== null && high !== undefined && high !== null)
    return low === high ? term(field, low) : `${field} in ${low}..${high}`;
  const values = bins.map(valueOf);
  if (values.length === 1) return term(field, values[0] ?? null);
  return `${field} in {${values.map((each) => (each === null ? 'none' : quote(each))).join(', ')}}`;
}

/** The time that bins of the axis time stand for, milliseconds. */
export function rangeOfBins(axis: Axis, first: number, last: number): { from: number; to: number } | null {
  if (axis.name !== 'time') return null;
  const at = (of: Bin['low']) => (of === undefined || of === null ? Number.NaN : typeof of === 'number' ? of : Date.parse(of));
  const from = at(axis.bins[Math.min(first, last)]?.low);
  const end = axis.bins[Math.max(first, last) + 1]?.low ?? axis.bins[Math.max(first, last)]?.high;
  const to = at(end);
  return Number.isFinite(from) && Number.isFinite(to) && to > from ? { from, to } : null;
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

/** Cells by how strong they are, `levels` sets from weak to strong, by the logarithm of their packets. */
export function levelsOf(pair: Pair, levels: number): { most: number; sets: (readonly [number, number, number])[][] } {
  let most = 1;
  for (const [, , packets] of pair.cells) most = Math.max(most, packets);
  const sets: (readonly [number, number, number])[][] = Array.from({ length: levels }, () => []);
  for (const cell of pair.cells) {
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
