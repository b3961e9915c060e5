// Lines over time (uPlot). Brushing sets the range of the whole page; a double click zooms out. All charts of a page
// share the cursor.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { round, time, short, zoneName } from '../language/format';
import { lineColor, tokenColor } from '../look/palette';
import { theme, zone } from '../state/settings';
import { setRange, zoomRange } from '../state/store';
import { lonely, thinLines } from './thin_lines';

export interface Series {
  name: string;
  /** One per time; null: a gap. */
  values: readonly (number | null)[];
  color?: string;
  /** Filled below. */
  isArea?: boolean;
  isDashed?: boolean;
}

interface TimeSeriesOptions {
  /** Seconds since 1970, ascending. */
  times: readonly number[];
  series: readonly Series[];
  /** The range that is shown, milliseconds; that of the times when it is not given. */
  bounds?: { from: number; to: number } | null;
  isLog?: boolean;
  /** Marked behind the lines, milliseconds. */
  band?: { from: number; to: number };
  label: string;
}

export function TimeSeries(of: TimeSeriesOptions) {
  const box = useRef<HTMLDivElement>(null);
  const reading = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const last = useRef(of);
  last.current = of;
  const drawn = useRef(of);
  // By what is drawn, and not by the list of series, which is another at every turn.
  if (!isSamePicture(drawn.current, of)) drawn.current = of;
  const plotted = useRef<TimeSeriesOptions | null>(null);
  const kind = [of.series.map((each) => each.name + (each.color ?? '') + String(each.isDashed)).join('|'), of.isLog, theme.value, zone.value].join();
  useEffect(() => {
    const at = box.current;
    if (!at) return;
    const made = new uPlot(optionsOf(last, reading, at), dataOf(last.current, at.clientWidth), at);
    plot.current = made;
    plotted.current = drawn.current;
    const watch = new ResizeObserver(() => {
      if (made.width === at.clientWidth && made.height === at.clientHeight) return;
      made.setSize({ width: at.clientWidth, height: at.clientHeight });
      made.setData(dataOf(last.current, at.clientWidth));
    });
    watch.observe(at);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [kind]);
  useEffect(() => {
    const made = plot.current;
    if (!made || plotted.current === drawn.current) return;
    plotted.current = drawn.current;
    made.setData(dataOf(of, made.width));
  }, [drawn.current]);
  return (
    <div class="chart" ref={box} role="img" aria-label={of.label}>
      <div class="reading" ref={reading} hidden />
    </div>
  );
}

/** Arrays of the chart's own, of as many points as it has pixels for. */
function dataOf(of: TimeSeriesOptions, width: number): uPlot.AlignedData {
  const from = of.bounds ? of.bounds.from / 1000 : (of.times[0] ?? 0);
  const to = of.bounds ? of.bounds.to / 1000 : (of.times[of.times.length - 1] ?? 0);
  return thinLines(of.times, of.series.map((each) => each.values), from, to, Math.max(1, Math.round(width * devicePixelRatio)));
}

function isSamePicture(a: TimeSeriesOptions, b: TimeSeriesOptions): boolean {
  const isSameTime = (one: { from: number; to: number } | null | undefined, other: typeof one) => one?.from === other?.from && one?.to === other?.to;
  return a.times === b.times && isSameTime(a.bounds, b.bounds) && isSameTime(a.band, b.band) && a.series.length === b.series.length &&
    a.series.every((each, i) => each.values === b.series[i]?.values);
}

/** Brushes of fewer pixels than this are clicks. */
const leastBrush = 4;

function optionsOf(last: { current: TimeSeriesOptions }, reading: { current: HTMLDivElement | null }, at: HTMLElement): uPlot.Options {
  const of = last.current;
  const grid = { stroke: tokenColor('--line'), width: 1 };
  const axis = { stroke: tokenColor('--ink-3'), grid, font: `11px ${tokenColor('--font')}`, ticks: { show: false } };
  return {
    width: at.clientWidth,
    height: at.clientHeight,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zoneName()),
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: 'kizashi' },
      y: false,
      points: { size: 6 },
      drag: { x: true, y: false, setScale: false, dist: leastBrush },
      bind: { dblclick: () => () => (zoomRange(2), null) },
    },
    scales: {
      x: {
        range: (_, low, high) => {
          const to = last.current.bounds;
          return to ? [to.from / 1000, to.to / 1000] : [low, high];
        },
      },
      y: of.isLog
        ? { distr: 3, range: (_, low, high) => [Math.max(0.5, Math.min(low, 1)), Math.max(10, high)] }
        : { range: (_, __, high) => [0, high > 0 ? high * 1.08 : 1] },
    },
    axes: [
      { ...axis, size: 24, gap: 4, space: 64, values: timeLabels() },
      { ...axis, ...(of.isLog ? { splits: decades } : {}), size: 50, gap: 4, space: 26, values: (_, all) => all.map((each) => (each === null ? '' : round(each))) },
    ],
    series: [
      {},
      ...of.series.map((each, i) => {
        const stroke = each.color ?? lineColor(i);
        return {
          label: each.name,
          stroke,
          width: 1.4,
          spanGaps: false,
          points: { show: false, size: 4, filter: (u: uPlot, line: number) => lonely(u.data[line] ?? []) },
          ...(each.isArea ? { fill: `${stroke}24` } : {}),
          ...(each.isDashed ? { dash: [4, 3] } : {}),
        };
      }),
    ],
    hooks: {
      drawClear: [(u) => drawBand(u, last.current.band)],
      setSelect: [
        (u) => {
          const { left, width } = u.select;
          if (width < leastBrush) return;
          const [from, to] = [u.posToVal(left, 'x'), u.posToVal(left + width, 'x')];
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          setRange({ live: false, from: Math.round(from) * 1000, to: Math.max(Math.round(to), Math.round(from) + 60) * 1000 });
        },
      ],
      setCursor: [(u) => readOut(u, reading.current)],
    },
  };
}

/** At least two pixels wide, so that a short time is seen in a long one. */
function drawBand(u: uPlot, band: TimeSeriesOptions['band']) {
  if (!band) return;
  const [left, right] = [u.valToPos(band.from / 1000, 'x', true), u.valToPos(band.to / 1000, 'x', true)];
  const from = Math.max(u.bbox.left, left);
  const to = Math.min(u.bbox.left + u.bbox.width, Math.max(right, left + 2));
  if (to <= from) return;
  u.ctx.fillStyle = tokenColor('--bad-soft');
  u.ctx.fillRect(from, u.bbox.top, to - from, u.bbox.height);
  u.ctx.fillStyle = tokenColor('--bad');
  for (const x of [from, to - 1]) u.ctx.fillRect(x, u.bbox.top, 1, u.bbox.height);
}

/** 1, 10, 100, …: a grid of more lines says no more. */
const decades: uPlot.Axis.Splits = (_, __, low, high) => {
  const out: number[] = [];
  for (let each = 10 ** Math.ceil(Math.log10(Math.max(1, low))); each <= high; each *= 10) out.push(each);
  return out;
};

/** Half of the width of a label, pixels: with a day and without. What would stand beyond the right edge is left out. */
const halfLabel = { day: 34, clock: 17 } as const;
const timeLabels = (): uPlot.Axis.Values => (u, splits, __, ___, step) =>
  splits.map((each, i) => {
    const room = u.bbox.width / devicePixelRatio + 6 - u.valToPos(each, 'x');
    const clock = time(each * 1000, { seconds: step < 60, date: false, zone: false });
    const day = time(each * 1000, { zone: false }).slice(5, 10);
    if (step >= 86400) return room < halfLabel.clock ? '' : day;
    const isDay = i === 0 || clock === '00:00';
    return room < halfLabel[isDay ? 'day' : 'clock'] ? '' : isDay ? `${day} ${clock}` : clock;
  });

/** What the lines say under the cursor. Text of numbers and names alone. */
function readOut(u: uPlot, to: HTMLDivElement | null) {
  const at = u.cursor.idx;
  if (!to) return;
  to.hidden = at === null || at === undefined;
  if (at === null || at === undefined) return;
  const seconds = u.data[0][at];
  to.textContent = `${time((seconds ?? 0) * 1000, { seconds: false })}  `;
  u.series.slice(1).forEach((each, i) => {
    const value = document.createElement('b');
    value.textContent = short(u.data[i + 1]?.[at] ?? null);
    to.append(` ${String(each.label)} `, value);
  });
}

/** Names of the lines, with their colours. */
export function Legend({ series }: { series: readonly Series[] }) {
  return (
    <div class="legend">
      {series.map((each, i) => (
        <span key={each.name}>
          <i style={{ borderColor: each.color ?? lineColor(i), borderTopStyle: each.isDashed ? 'dashed' : 'solid' }} />
          {each.name}
        </span>
      ))}
    </div>
  );
}
