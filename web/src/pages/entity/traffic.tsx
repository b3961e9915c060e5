// Packets and sources over the range. A brush sets the range.
import { short, time, whole } from '../../language/format';
import { Panel } from '../../parts/panel';
import { Legend, TimeSeries, type Series } from '../../parts/time_series';
import { askedBounds } from '../../state/store';
import { useEntityLine } from './data';
import type { Entity } from './terms';
import { say } from './words';

export function Traffic({ of, span }: { of: Entity; span: number }) {
  const { line, step, asking } = useEntityLine(of);
  const series: Series[] = [{ name: say('packets'), values: line.packets, isArea: true }];
  if (of.kind !== 'host') series.push({ name: say('sources'), values: line.sources });
  const most = Math.max(0, ...line.packets.map((each) => each ?? 0));
  return (
    <Panel title={say(step === 'hour' ? 'traffic.hour' : 'traffic.minute')} span={span} height={of.kind === 'host' || of.kind === 'prefix' ? 228 : 190} of={asking}
      isEmpty={line.times.length === 0} isBare note={most > 0 ? say('max', { value: short(most) }) : undefined}
      tools={series.length > 1 ? <Legend series={series} /> : undefined}
      explain={{ method: say('traffic.method'), caveat: say('traffic.caveat'), source: 'docs/counting.md' }}
      table={() => ({
        columns: [
          { key: 'time', title: say('time'), value: (i: number) => line.times[i] ?? null, cell: (i: number) => time((line.times[i] ?? 0) * 1000, { seconds: false }) },
          { key: 'packets', title: say('packets'), value: (i: number) => line.packets[i] ?? null, cell: (i: number) => whole(line.packets[i]), isNumber: true },
          { key: 'sources', title: say('sources'), value: (i: number) => line.sources[i] ?? null, cell: (i: number) => whole(line.sources[i]), isNumber: true },
        ],
        rows: [...line.times.keys()].reverse(),
      })}>
      <TimeSeries times={line.times} series={series} bounds={askedBounds.value} isLog={of.kind !== 'host' && of.kind !== 'prefix'} label={say('traffic.minute')} />
    </Panel>
  );
}
