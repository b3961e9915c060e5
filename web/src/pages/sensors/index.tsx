// Sensors: whether they work, what was lost, and what to do. The numbers come with the status that the stream brings anyway.
import type { ComponentChildren } from 'preact';
import { useTop } from '../../api/statistics';
import type { Asking } from '../../api/use_ask';
import { say as common } from '../../language';
import { age, percent, short, time, timeOf, whole } from '../../language/format';
import { Figure } from '../../parts/figure';
import { Panel } from '../../parts/panel';
import { Sparkline } from '../../parts/sparkline';
import { Table, type Column } from '../../parts/table';
import { TopList } from '../../parts/top_list';
import { term } from '../../state/filter';
import { askAgain } from '../../state/store';
import { link, pipeline, rates } from '../../stream/live';
import { adviceOf, byNeed, bytesText, lossOf, lostOf, mostFill, stateOf, type Sensor, type State } from './health';
import './sensors.css';
import { say } from './words';

/** What status says beside the sensors. */
interface Status {
  sensors: Sensor[];
  uptime_seconds: number;
  store: { bytes: number; kept: string | null };
  clients: { streams: number; requests: number } | null;
  errors: Fault[];
}
interface Fault {
  time: string | null;
  part: string;
  message: string;
}

/** The status of the stream in the form of a question, so that panels can show its address and its age. */
function useStatus(): Asking<Status> {
  const data = pipeline.value as unknown as Status | null;
  return { data, problem: null, isBusy: false, isOld: link.value.state === 'lost', url: '/api/v1/status', again: askAgain };
}

export default function Sensors() {
  const status = useStatus();
  const sensors = [...(status.data?.sensors ?? [])].sort(byNeed);
  const errors = [...(status.data?.errors ?? [])].reverse();
  return (
    <div class="grid sensors">
      {status.data && <Figures of={status.data} />}
      <Panel title={say('table')} span={12} height={Math.min(420, 96 + sensors.length * 26)} of={status} isBare
        explain={{ method: say('table.method'), caveat: say('table.caveat'), source: 'docs/serve.md' }}>
        {sensors.length === 0 ? <p class="state">{say('todo.none')}</p> : <Table columns={columns()} rows={sensors} />}
      </Panel>
      <Panel title={say('todo')} span={7} of={status} explain={{ method: say('todo.method'), source: 'docs/serve.md' }}>
        <ToDo sensors={sensors} />
      </Panel>
      <Share />
      <Panel title={say('errors')} span={7} height={210} of={status} isBare explain={{ method: say('errors.method') }}>
        {errors.length === 0 ? <p class="state">{say('errors.none')}</p> : <Table columns={errorColumns()} rows={errors} />}
      </Panel>
      <Panel title={say('speed')} span={5} height={210} of={status} explain={{ method: say('speed.method') }} isEmpty={rates.value.length === 0}
        note={short(rates.value[rates.value.length - 1] ?? null)}
        table={() => ({
          columns: [{ key: 'rate', title: say('rate'), value: (each: number) => each, cell: (each: number) => short(each), isNumber: true }],
          rows: [...rates.value].reverse(),
        })}>
        <div class="trace"><Sparkline values={rates.value} label={say('speed')} /></div>
      </Panel>
    </div>
  );
}

function Figures({ of }: { of: Status }) {
  const { sensors } = of;
  const needy = sensors.filter((each) => ['bad', 'warn'].includes(stateOf(each))).length;
  const live = sensors.filter((each) => each.phase === 'running' || each.phase === 'catching up');
  const last = live.reduce<Sensor | null>((most, each) => (most === null || each.lag_seconds > most.lag_seconds ? each : most), null);
  const sum = (what: (each: Sensor) => number) => sensors.reduce((all, each) => all + what(each), 0);
  return (
    <>
      <Figure span={2} name={say('working')} value={whole(live.length)} unit={say('working.of', { all: sensors.length })}
        under={needy === 0 ? say('working.good') : <Marked state="bad">{say('working.bad', { count: needy })}</Marked>} />
      <Figure span={2} name={say('rate')} value={short(sum((each) => each.packets_per_second))} trend={rates.value} />
      <Figure span={2} name={say('lag')} value={last ? age(last.lag_seconds) : '–'} under={last ? say('lag.under', { sensor: last.name }) : ''} />
      <Figure span={2} name={say('lost')} value={short(sum((each) => each.packets_dropped_lately))} under={say('lost.under', { all: whole(sum(lostOf)) })} />
      <Figure span={2} name={say('store')} value={bytesText(of.store.bytes)}
        under={of.store.kept ? say('store.under', { time: timeOf(of.store.kept, { seconds: false }) }) : say('store.never')} />
      <Figure span={2} name={say('uptime')} value={age(of.uptime_seconds)}
        under={of.clients ? say('uptime.under', { streams: whole(of.clients.streams), requests: whole(of.clients.requests) }) : ''} />
    </>
  );
}

const phases = ['starting', 'catching up', 'running', 'waiting', 'ended', 'stopped'] as const;
function phaseName(of: string): string {
  const known = phases.find((each) => each === of);
  return known ? say(`phase.${known}`) : of;
}

/** A shape and a colour for each state: no meaning by colour alone. */
const shapes: Record<State, string> = { good: '●', idle: '○', warn: '▲', bad: '■' };
function Marked({ state, children }: { state: State; children: ComponentChildren }) {
  return <span class={`mark is-${state}`}><i aria-hidden="true">{shapes[state]}</i>{children}</span>;
}

const number = (key: string, title: string, width: string, value: (each: Sensor) => number, cell: (each: Sensor) => ComponentChildren): Column<Sensor> => ({
  key, title, width, value, cell, isNumber: true,
});

const columns = (): Column<Sensor>[] => [
  { key: 'name', title: say('name'), value: (each) => each.name, term: (each) => term('sensor', each.name), width: 'minmax(84px, 1.4fr)' },
  { key: 'phase', title: say('phase'), value: (each) => stateOf(each) + each.phase, width: 'minmax(104px, 1fr)',
    cell: (each) => <Marked state={stateOf(each)}>{phaseName(each.phase)}</Marked> },
  number('rate', say('rate'), '128px', (each) => each.packets_per_second, (each) => short(each.packets_per_second)),
  number('behind', say('behind'), '80px', (each) => each.lag_seconds, (each) => (each.phase === 'ended' ? '–' : age(each.lag_seconds))),
  number('received', say('received'), '110px', (each) => each.packets_received, (each) => whole(each.packets_received)),
  number('stored', say('stored'), '110px', (each) => each.packets_stored, (each) => whole(each.packets_stored)),
  number('loss', say('loss'), '110px', lossOf, (each) => (
    <span title={say('loss.where', {
      system: whole(each.packets_dropped_by_system), source: whole(each.packets_dropped_by_source), journal: whole(each.packets_dropped_by_journal),
    })}>{lostOf(each) === 0 ? '0' : `${whole(lostOf(each))} (${percent(lossOf(each))})`}</span>
  )),
  number('journal', say('journal'), '150px', (each) => each.journal_fill, (each) => (
    <span class={`journal-fill${each.journal_fill >= mostFill ? ' is-bad' : ''}`} title={percent(each.journal_fill)}>
      <i style={{ width: `${Math.min(100, each.journal_fill * 100)}%` }} />
      <b>{bytesText(each.journal_bytes)}</b>
    </span>
  )),
  number('events', say('events'), '92px', (each) => each.scan_events, (each) => whole(each.scan_events)),
  number('attacks', say('attacks'), '80px', (each) => each.attacks, (each) => whole(each.attacks)),
  { key: 'latest', title: say('latest'), value: (each) => each.latest_packet, cell: (each) => timeOf(each.latest_packet), width: '196px' },
];

const errorColumns = (): Column<Fault>[] => [
  { key: 'time', title: say('time'), value: (each) => each.time, cell: (each) => time(each.time === null ? null : Date.parse(each.time), { zone: false }), width: '160px' },
  { key: 'part', title: say('part'), value: (each) => each.part, width: '130px' },
  { key: 'message', title: say('message'), value: (each) => each.message, cell: (each) => <span title={each.message}>{each.message}</span> },
];

/** What needs a person, with what to do about it. */
function ToDo({ sensors }: { sensors: readonly Sensor[] }) {
  if (sensors.length === 0) return <p class="state">{say('todo.none')}</p>;
  const all = sensors.flatMap((sensor) => adviceOf(sensor).map((kind) => ({ sensor, kind })));
  const isCalm = all.every((each) => each.kind === 'ended');
  return (
    <ul class="to-do">
      {isCalm && <li><Marked state="good">{say('todo.nothing')}</Marked></li>}
      {all.map(({ sensor, kind }) => (
        <li key={sensor.name + kind}>
          <Marked state={stateOf(sensor)}><b>{sensor.name}</b></Marked>
          <span>
            {say(`advice.${kind}`)}
            {kind === 'failure' && <code>{sensor.failure}</code>}
            {kind === 'source' && <code>{sensor.source_failure}</code>}
            <small>{say(`advice.${kind}.do`)}</small>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Share() {
  const of = useTop('sensor', 50);
  const rows = of.data?.rows ?? [];
  return (
    <Panel title={say('share')} span={5} of={of} isEmpty={rows.length === 0} explain={{ method: say('share.method'), source: 'docs/stats.md' }}
      table={() => ({
        columns: [
          { key: 'name', title: say('name'), value: (each: { sensor?: string }) => each.sensor ?? common('none') },
          { key: 'packets', title: say('received'), value: (each: { packets: number }) => each.packets, cell: (each: { packets: number }) => whole(each.packets), isNumber: true },
        ],
        rows,
      })}>
      <TopList rows={rows.map((each) => ({
        key: each.sensor ?? '', name: each.sensor ?? common('none'), count: each.packets, term: term('sensor', each.sensor ?? null),
      }))} />
    </Panel>
  );
}
