// Lines over time (uPlot). Brushing sets the range of the whole page; a double click zooms out. All charts of a page
// share the cursor.
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { short, time, zoneName } from '../language/format';
import { lineColor, tokenColor } from '../look/palette';
import { theme, zone } from '../state/settings';
import { setRange, zoomRange } from '../state/store';

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
  label: string;
}

export function TimeSeries(of: TimeSeriesOptions) {
  const box = useRef<HTMLDivElement>(null);
  const reading = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const last = useRef(of);
  last.current = of;
  const kind = [of.series.map((each) => each.name + (each.color ?? '') + String(each.isDashed)).join('|'), of.isLog, theme.value, zone.value].join();
  useEffect(() => {
    const at = box.current;
    if (!at) return;
    const made = new uPlot(optionsOf(last, reading, at), dataOf(last.current), at);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: at.clientWidth, height: at.clientHeight }));
    watch.observe(at);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [kind]);
  useEffect(() => plot.current?.setData(dataOf(of)), [of.times, of.series, of.bounds?.from, of.bounds?.to]);
  return (
    <div class="chart" ref={box} role="img" aria-label={of.label}>
      <div class="reading" ref={reading} hidden />
    </div>
  );
}

const dataOf = (of: TimeSeriesOptions): uPlot.AlignedData =>
  [[...of.times], ...of.series.map((each) => [...each.values])] as uPlot.AlignedData;

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
        : { range: (_, __, high) => [0, Math.max(1, high * 1.08)] },
    },
    axes: [
      { ...axis, size: 24, gap: 4, space: 64, values: timeLabels() },
      { ...axis, ...(of.isLog ? { splits: decades } : {}), size: 50, gap: 4, space: 26, values: (_, all) => all.map((each) => (each === null ? '' : short(each))) },
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
          points: { show: false },
          ...(each.isArea ? { fill: `${stroke}24` } : {}),
          ...(each.isDashed ? { dash: [4, 3] } : {}),
        };
      }),
    ],
    hooks: {
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

/** 1, 10, 100, …: a grid of more lines says no more. */
const decades: uPlot.Axis.Splits = (_, __, low, high) => {
  const out: number[] = [];
  for (let each = 10 ** Math.ceil(Math.log10(Math.max(1, low))); each <= high; each *= 10) out.push(each);
  return out;
};

const timeLabels = (): uPlot.Axis.Values => (_, splits, __, ___, step) =>
  splits.map((each, i) => {
    const clock = time(each * 1000, { seconds: step < 60, date: false, zone: false });
    const day = time(each * 1000, { zone: false }).slice(5, 10);
    if (step >= 86400) return day;
    return i === 0 || clock === '00:00' ? `${day} ${clock}` : clock;
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
