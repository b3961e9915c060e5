// The crossings on a canvas: lines between upright axes, or two planes with lines between them. Strong ones on top.
import { className } from '../../language';
import { countryName, short, time } from '../../language/format';
import { rampColor, ramp, tokenColor } from '../../look/palette';
import { dotted, isRange, labelledBins, levelsOf, marginal, type Axis, type AxisName, type Crossings, type Pair } from './axes';
import { theme } from '../../state/settings';
import { say } from './words';

export interface Place {
  /** Of each axis: left of it, pixels. */
  x: number[];
  top: number;
  height: number;
}
export interface Chosen {
  axis: number;
  first: number;
  last: number;
}

const levels = 14;
/** Of a pair; weaker lines than these would only cover the ground. */
const mostLines = 3000;
/** Below the axes: what is under the cursor; below planes the ends of their axes as well. */
const bottom = 27;
const bottomOfPlanes = 40;
const top = 6;
/** Left of the first axis, right of the last: room for labels. */
const margin = 14;
const labelRoom = 104;
/** The longest bar of an axis' own counts. */
const mostBar = 30;

export function placeLines(count: number, width: number, height: number): Place {
  const inner = width - 2 * margin - labelRoom;
  return { x: Array.from({ length: count }, (_, i) => margin + (count < 2 ? 0 : (i * inner) / (count - 1))), top, height: height - top - bottom };
}

/** An end of a bin in words: of ranges `low` or `high`, else the value. */
export function binText(axis: Axis, at: number, end: 'low' | 'high' = 'low'): string {
  const bin = axis.bins[at];
  if (!bin) return '';
  const number = bin[end];
  if (number === undefined || number === null) return valueText(axis.name, bin.label);
  if (axis.name === 'time') {
    const at = time((number + (end === 'high' ? 1 : 0)) * 1000, { seconds: false, zone: false });
    return at.slice(isOfOneDay(axis) ? 11 : 5);
  }
  return axis.name === 'source' || axis.name === 'destination' ? dotted(number) : String(number);
}

/** Whether the clock alone says when. */
const isOfOneDay = (axis: Axis): boolean => (axis.bins[axis.bins.length - 1]?.high ?? 0) - (axis.bins[0]?.low ?? 0) < 86_000;

function valueText(axis: AxisName, label: string): string {
  if (label === 'no port') return say('bin.no_port');
  if (label === 'other') return say('bin.other');
  if (label === 'unknown' || label === 'none') return say('unknown');
  if (axis === 'class') return className(label);
  return axis === 'country' && /^[A-Z]{2}$/.test(label) ? countryName(label) : label;
}

/** Whether all bins are values without an order: then the axis is a list. */
export const isList = (axis: Axis): boolean => !axis.bins.some(isRange);

interface Side {
  x: number;
  step: number;
}

/** The lines of a pair, the strongest last; `lit` chooses among them. */
function drawPair(on: CanvasRenderingContext2D, pair: Pair, from: Side, to: Side, y: number, lit?: (cell: readonly [number, number, number]) => boolean) {
  const { sets } = levelsOf(pair, levels, mostLines);
  const middle = (from.x + to.x) / 2;
  for (const [level, cells] of sets.entries()) {
    on.beginPath();
    for (const cell of cells) {
      if (lit && !lit(cell)) continue;
      const [y0, y1] = [y + (cell[0] + 0.5) * from.step, y + (cell[1] + 0.5) * to.step];
      on.moveTo(from.x, y0);
      on.bezierCurveTo(middle, y0, middle, y1, to.x, y1);
    }
    const part = (level + 1) / levels;
    on.strokeStyle = rampColor(0.25 + 0.75 * part);
    on.globalAlpha = 0.07 + 0.78 * part * part;
    on.lineWidth = 0.7 + 1.6 * part * part;
    on.stroke();
  }
  on.globalAlpha = 1;
}

const layers = new WeakMap<Crossings, { key: string; picture: HTMLCanvasElement }>();

/**
 * All lines, drawn once for a place and a theme: what is under the cursor is drawn over them. By the processor: graphics
 * hardware gains nothing on thousands of thin curves, and its software twin is slow at them.
 */
function layerOf(of: Crossings, width: number, height: number, draw: (on: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const scale = devicePixelRatio || 1;
  const key = [width, height, scale, theme.value].join();
  const known = layers.get(of);
  if (known?.key === key) return known.picture;
  const picture = document.createElement('canvas');
  [picture.width, picture.height] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const on = picture.getContext('2d', { willReadFrequently: true });
  if (on) {
    on.scale(scale, scale);
    draw(on);
  }
  layers.set(of, { key, picture });
  return picture;
}

/** Which cells of the pair right of axis number `left` are chosen. */
function litBy(chosen: Chosen, left: number): (cell: readonly [number, number, number]) => boolean {
  const side = chosen.axis === left ? 0 : 1;
  const [low, high] = [Math.min(chosen.first, chosen.last), Math.max(chosen.first, chosen.last)];
  return (cell) => cell[side] >= low && cell[side] <= high;
}

/** With an ellipsis where it is wider than `most` pixels. */
function shortened(on: CanvasRenderingContext2D, text: string, most: number): string {
  if (on.measureText(text).width <= most) return text;
  let end = text.length;
  while (end > 1 && on.measureText(`${text.slice(0, end)}…`).width > most) --end;
  return `${text.slice(0, end)}…`;
}

function drawAxis(on: CanvasRenderingContext2D, of: Crossings, at: number, x: number, place: Place, chosen: Chosen | null, how: { isBare?: boolean; isLeft?: boolean } = {}) {
  const axis = of.axes[at];
  if (!axis || axis.bins.length === 0) return;
  const step = place.height / axis.bins.length;
  const counts = marginal(of, at);
  const most = Math.max(1, ...counts);
  on.fillStyle = tokenColor('--accent');
  on.globalAlpha = 0.5;
  if (!how.isBare)
    counts.forEach((count, i) => {
      if (count > 0) on.fillRect(x + 1, place.top + i * step, Math.max(1, (mostBar * Math.log1p(count)) / Math.log1p(most)), Math.max(0.8, step - (step > 4 ? 1 : 0)));
    });
  on.globalAlpha = 1;
  on.fillStyle = tokenColor('--ink-3');
  on.fillRect(x, place.top, 1, place.height);
  on.font = `10.5px ${tokenColor('--font')}`;
  on.textAlign = 'left';
  on.textBaseline = 'middle';
  const ranges = isList(axis) ? axis.bins.length : axis.bins.filter(isRange).length;
  for (const i of [...labelledBins(ranges, isList(axis), step, 12), ...(ranges < axis.bins.length && counts[ranges] ? [ranges] : [])]) {
    if (isList(axis) && !counts[i]) continue;
    const text = binText(axis, i);
    const shown = shortened(on, text, labelRoom - 6);
    const y = place.top + (i + (isList(axis) ? 0.5 : 0)) * step;
    on.fillStyle = tokenColor('--panel');
    on.globalAlpha = 0.72;
    const width = on.measureText(shown).width;
    const left = how.isLeft ? x - 6 - width : x + 5;
    on.fillRect(left - 2, Math.max(7, y) - 6.5, width + 5, 13);
    on.globalAlpha = 1;
    on.fillStyle = tokenColor('--ink');
    on.fillText(shown, left, Math.max(7, y));
  }
  if (chosen?.axis !== at) return;
  const [low, high] = [Math.min(chosen.first, chosen.last), Math.max(chosen.first, chosen.last)];
  on.fillStyle = tokenColor('--accent-soft');
  on.strokeStyle = tokenColor('--accent');
  on.lineWidth = 1.5;
  const box = [x - 6, place.top + low * step, 12, Math.max(2, (high - low + 1) * step)] as const;
  on.fillRect(...box);
  on.strokeRect(...box);
}

export function drawLines(on: CanvasRenderingContext2D, of: Crossings, width: number, height: number, chosen: Chosen | null) {
  const place = placeLines(of.axes.length, width, height);
  const sideOf = (i: number): Side => ({ x: place.x[i] ?? 0, step: place.height / Math.max(1, of.axes[i]?.bins.length ?? 1) });
  const layer = layerOf(of, width, height, (to) => {
    for (const [i, pair] of of.pairs.entries()) drawPair(to, pair, sideOf(i), sideOf(i + 1), place.top);
  });
  on.globalAlpha = chosen ? 0.3 : 1;
  on.drawImage(layer, 0, 0, width, height);
  on.globalAlpha = 1;
  for (const [i, pair] of of.pairs.entries())
    if (chosen && (chosen.axis === i || chosen.axis === i + 1)) drawPair(on, pair, sideOf(i), sideOf(i + 1), place.top, litBy(chosen, i));
  for (const [i, x] of place.x.entries()) drawAxis(on, of, i, x, place, chosen);
}

// --- two attributes against two -------------------------------------------------------------------------

export interface Planes {
  left: { x: number; width: number };
  right: { x: number; width: number };
  top: number;
  height: number;
}

export function placePlanes(width: number, height: number): Planes {
  const plane = Math.round((width - 2 * margin) * 0.32);
  return { left: { x: margin, width: plane }, right: { x: width - margin - plane, width: plane }, top, height: height - top - bottomOfPlanes };
}

/** One plane: `across` says which side of the cells lies across it. */
function drawPlane(on: CanvasRenderingContext2D, of: Crossings, pair: Pair, across: 0 | 1, at: { x: number; width: number }, place: Planes) {
  const [axisX, axisY] = [of.axes[across === 0 ? 0 : 3], of.axes[across === 0 ? 1 : 2]];
  if (!axisX || !axisY) return;
  const [w, h] = [axisX.bins.length, axisY.bins.length];
  const picture = document.createElement('canvas');
  [picture.width, picture.height] = [Math.max(1, w), Math.max(1, h)];
  const to = picture.getContext('2d');
  if (!to) return;
  const image = to.createImageData(picture.width, picture.height);
  const { most } = levelsOf(pair, 1);
  for (const cell of pair.cells) {
    const [r, g, b] = ramp(0.2 + 0.8 * (most === 1 ? 1 : Math.log(cell[2]) / Math.log(most)));
    image.data.set([r, g, b, 255], (cell[across === 0 ? 1 : 0] * w + cell[across]) * 4);
  }
  to.putImageData(image, 0, 0);
  on.fillStyle = tokenColor('--field');
  on.fillRect(at.x, place.top, at.width, place.height);
  on.imageSmoothingEnabled = false;
  on.drawImage(picture, at.x, place.top, at.width, place.height);
  on.font = `10.5px ${tokenColor('--font')}`;
  on.fillStyle = tokenColor('--ink-3');
  on.textBaseline = 'alphabetic';
  const text = (i: number) => binText(axisX, i, i === 0 ? 'low' : 'high');
  on.textAlign = 'left';
  on.fillText(text(0), at.x, place.top + place.height + 12);
  on.textAlign = 'right';
  on.fillText(text(w - 1), at.x + at.width, place.top + place.height + 12);
}

export function drawPlanes(on: CanvasRenderingContext2D, of: Crossings, width: number, height: number) {
  const place = placePlanes(width, height);
  const [left, between, right] = of.pairs;
  const [a, b] = [of.axes[1], of.axes[2]];
  if (!left || !between || !right || !a || !b) return;
  const column: Place = { x: [], top: place.top, height: place.height };
  const [x0, x1] = [place.left.x + place.left.width, place.right.x];
  const layer = layerOf(of, width, height, (to) =>
    drawPair(to, between, { x: x0, step: place.height / a.bins.length }, { x: x1, step: place.height / b.bins.length }, place.top));
  on.drawImage(layer, 0, 0, width, height);
  drawPlane(on, of, left, 0, place.left, place);
  drawPlane(on, of, right, 1, place.right, place);
  drawAxis(on, of, 1, x0, column, null, { isBare: true });
  drawAxis(on, of, 2, x1, column, null, { isBare: true, isLeft: true });
}

/** How many lines there are; "4.00 k of 9.12 k" where only the strongest are drawn. */
export function linesSaid(of: Crossings): string {
  const all = of.pairs.reduce((sum, each) => sum + each.cells.length, 0);
  const drawn = of.pairs.reduce((sum, each) => sum + Math.min(mostLines, each.cells.length), 0);
  return drawn < all ? say('crossings.some', { drawn: short(drawn), all: short(all) }) : short(all);
}
