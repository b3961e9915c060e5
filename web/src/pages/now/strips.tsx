// The strips over time: packets, sources and destinations.
import { useMemo } from 'preact/hooks';
import { useAsk, type Asking } from '../../api/use_ask';
import { useTop } from '../../api/statistics';
import { short, time, whole } from '../../language/format';
import { Panel } from '../../parts/panel';
import { Legend, TimeSeries, type Series } from '../../parts/time_series';
import { formatTime } from '../../state/query';
import { askedBounds, filter } from '../../state/store';
import { alignedTo, byMinute, byStep, type Line } from './series';
import { say } from './words';

const day = 86_400_000;
/** A day has 1,440 windows of each sensor. */
const mostWindows = 10_000;

export interface LineAsking {
  line: Line;
  before: (number | null)[] | null;
  asking: Asking<unknown>;
  step: 'minute' | 'hour';
}

/** Windows where they can tell it; else minutes or hours of statistics. */
export function useLine(): LineAsking {
  const bounds = askedBounds.value;
  const isLong = bounds !== null && bounds.to - bounds.from > 1.05 * day;
  const hasWindows = filter.value === '' && !isLong;
  const windowsOf = (shift: number) =>
    hasWindows && bounds ? { from: formatTime(bounds.from - shift), to: formatTime(bounds.to - shift), limit: mostWindows } : null;
  const windows = useAsk('/api/v1/windows', windowsOf(0));
  const before = useAsk('/api/v1/windows', windowsOf(day));
  const minutes = useTop(hasWindows || isLong ? 'hour' : 'minute', mostWindows);
  const hours = useTop('hour', mostWindows);
  const counted = minutes.isUnknown ? hours : minutes;
  const step = !hasWindows && (isLong || minutes.isUnknown) ? 'hour' : 'minute';
  const line = useMemo(
    () => (hasWindows ? byMinute(windows.data?.rows ?? []) : byStep(counted.data?.rows ?? [], step === 'hour' ? 3600 : 60)),
    [hasWindows, windows.data, counted.data, step]);
  const old = useMemo(() => {
    const of = byMinute(before.data?.rows ?? []);
    return hasWindows && of.times.length > 0 ? alignedTo(line.times, of, day / 1000) : null;
  }, [before.data, line, hasWindows]);
  return { line, before: old, asking: hasWindows ? windows : counted, step };
}

const tableOf = (line: Line) => () => ({
  columns: [
    { key: 'time', title: say('time'), value: (i: number) => line.times[i] ?? null, cell: (i: number) => time((line.times[i] ?? 0) * 1000) },
    { key: 'packets', title: say('packets'), value: (i: number) => line.packets[i] ?? null, cell: (i: number) => whole(line.packets[i]), isNumber: true },
    { key: 'sources', title: say('sources'), value: (i: number) => line.sources[i] ?? null, cell: (i: number) => whole(line.sources[i]), isNumber: true },
  ],
  rows: [...line.times.keys()].reverse(),
});

export function Traffic({ of }: { of: LineAsking }) {
  const series: Series[] = [{ name: say('packets'), values: of.line.packets, isArea: true }];
  if (of.before) series.push({ name: say('traffic.day'), values: of.before, color: dayColor(), isDashed: true });
  const known = of.line.packets.filter((each) => each !== null);
  return (
    <Panel title={say(of.step === 'hour' ? 'traffic.hour' : 'traffic')} height={178} of={of.asking} isEmpty={of.line.times.length === 0} isBare
      note={known.length > 0 ? say('max', { value: short(Math.max(...known)) }) : undefined} tools={of.before ? <Legend series={series} /> : undefined}
      explain={{ method: say('traffic.method'), source: 'docs/counting.md' }} table={tableOf(of.line)}>
      <TimeSeries times={of.line.times} series={series} bounds={askedBounds.value} label={say('traffic')} />
    </Panel>
  );
}

const dayColor = () => '#7d8b97';

export function Spread({ of }: { of: LineAsking }) {
  const series: Series[] = [{ name: say('sources'), values: of.line.sources }];
  if (of.line.destinations.some((each) => each !== null)) series.push({ name: say('spread.destinations'), values: of.line.destinations });
  return (
    <Panel title={say(of.step === 'hour' ? 'spread.hour' : 'spread')} height={128} of={of.asking} isEmpty={of.line.times.length === 0} isBare tools={<Legend series={series} />}
      explain={{ method: say('spread.method'), caveat: say('spread.caveat'), source: 'docs/counting.md' }} table={tableOf(of.line)}>
      <TimeSeries times={of.line.times} series={series} bounds={askedBounds.value} label={say('spread')} />
    </Panel>
  );
}
