// The strip over time: packets by minute, hour or day; of events and attacks those that are loaded, by when they ended.
import { useMemo } from 'preact/hooks';
import { useTop } from '../../api/statistics';
import { short, time, whole } from '../../language/format';
import { Panel } from '../../parts/panel';
import { TimeSeries, type Series } from '../../parts/time_series';
import type { Asking } from '../../api/use_ask';
import { askedBounds } from '../../state/store';
import { byStep, type Line } from '../now/series';
import { perPart } from './facets';
import { say } from './words';

const day = 86_400_000;
const mostRows = 10_000;
const steps = { minute: 60, hour: 3600 } as const;

const tableOf = (line: Pick<Line, 'times'>, values: readonly (number | null)[], name: string) => () => ({
  columns: [
    { key: 'time', title: say('time'), value: (i: number) => line.times[i] ?? null, cell: (i: number) => time((line.times[i] ?? 0) * 1000) },
    { key: 'count', title: name, value: (i: number) => values[i] ?? null, cell: (i: number) => whole(values[i]), isNumber: true },
  ],
  rows: [...line.times.keys()].reverse(),
});

export function PacketTimeline() {
  const bounds = askedBounds.value;
  const isShort = bounds !== null && bounds.to - bounds.from <= day;
  const minutes = useTop(isShort ? 'minute' : 'hour', mostRows);
  const hours = useTop('hour', mostRows);
  const counted = minutes.isUnknown ? hours : minutes;
  const step = isShort && !minutes.isUnknown ? 'minute' : 'hour';
  const line = useMemo(() => byStep(counted.data?.rows ?? [], steps[step]), [counted.data, step]);
  const known = line.packets.filter((each) => each !== null);
  const series: Series[] = [{ name: say('packets'), values: line.packets, isArea: true }];
  return (
    <Panel title={say(step === 'minute' ? 'timeline.minute' : 'timeline.hour')} height="100%" isBare of={counted} isEmpty={line.times.length === 0}
      note={known.length > 0 ? say('timeline.most', { most: short(Math.max(...known)) }) : undefined}
      explain={{ method: say('timeline.method'), source: 'docs/stats.md' }} table={tableOf(line, line.packets, say('packets'))}>
      <TimeSeries times={line.times} series={series} bounds={bounds} label={say('timeline.minute')} />
    </Panel>
  );
}

const parts = 120;

export function RowTimeline({ times, of }: { times: readonly (string | null)[]; of: Asking<unknown> }) {
  const bounds = askedBounds.value;
  const counted = useMemo(
    () => (bounds ? perPart(times, bounds.from, bounds.to, parts) : { times: [], counts: [] }), [times, bounds?.from, bounds?.to]);
  return (
    <Panel title={say('timeline.rows')} height="100%" isBare of={of} isEmpty={times.length === 0}
      explain={{ method: say('timeline.rows.method') }} table={tableOf(counted, counted.counts, say('timeline.rows'))}>
      <TimeSeries times={counted.times} series={[{ name: say('timeline.rows'), values: counted.counts, isArea: true }]} bounds={bounds} label={say('timeline.rows')} />
    </Panel>
  );
}
