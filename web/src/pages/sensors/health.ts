// What the numbers of a sensor mean, and what can be done. Pure; the bounds are those of `kizashi status` (docs/serve.md).

/** What status says of a sensor (docs/serve.md, "How it is"). */
export interface Sensor {
  name: string;
  phase: string;
  failure: string | null;
  source_failure: string | null;
  latest_packet: string | null;
  packets_per_second: number;
  lag_seconds: number;
  journal_bytes: number;
  journal_fill: number;
  packets_received: number;
  packets_dropped_by_system: number;
  packets_dropped_by_source: number;
  packets_dropped_by_journal: number;
  packets_dropped_lately: number;
  packets_stored: number;
  store_waits: number;
  windows: number;
  scan_events: number;
  attacks: number;
  restarts: number;
  checkpoints: number;
}

export type State = 'good' | 'idle' | 'warn' | 'bad';
export type Advice = 'failure' | 'source' | 'lost.system' | 'lost.journal' | 'lost.source' | 'lag' | 'journal' | 'ended' | 'stopped' | 'catching';

/** Seconds behind, and part of the journal, from which a sensor is not well. */
export const mostLag = 60;
export const mostFill = 0.8;

export const lostOf = (of: Sensor): number =>
  of.packets_dropped_by_system + of.packets_dropped_by_source + of.packets_dropped_by_journal;

/** Of what was there to receive, the part that was lost. */
export function lossOf(of: Sensor): number {
  const lost = lostOf(of);
  return lost === 0 ? 0 : lost / (lost + of.packets_received);
}

/** What needs a person, the worst first. */
export function adviceOf(of: Sensor): Advice[] {
  const out: Advice[] = [];
  if (of.failure !== null) out.push('failure');
  if (of.source_failure !== null) out.push('source');
  if (of.packets_dropped_lately > 0) {
    const largest = Math.max(of.packets_dropped_by_system, of.packets_dropped_by_source, of.packets_dropped_by_journal);
    if (of.packets_dropped_by_journal === largest) out.push('lost.journal');
    else out.push(of.packets_dropped_by_system === largest ? 'lost.system' : 'lost.source');
  }
  const isReading = of.phase === 'running' || of.phase === 'catching up';
  if (isReading && of.lag_seconds > mostLag) out.push(of.phase === 'running' ? 'lag' : 'catching');
  if (of.journal_fill >= mostFill) out.push('journal');
  if (of.phase === 'ended') out.push('ended');
  if (of.phase === 'stopped') out.push('stopped');
  return out;
}

export function stateOf(of: Sensor): State {
  const advice = adviceOf(of);
  if (advice.some((each) => each === 'failure' || each === 'source' || each.startsWith('lost') || each === 'journal')) return 'bad';
  if (of.phase === 'waiting' || advice.includes('lag') || advice.includes('stopped')) return 'warn';
  return of.phase === 'running' ? 'good' : 'idle';
}

const order: readonly State[] = ['bad', 'warn', 'good', 'idle'];
/** Those that need somebody first. */
export const byNeed = (a: Sensor, b: Sensor): number =>
  order.indexOf(stateOf(a)) - order.indexOf(stateOf(b)) || a.name.localeCompare(b.name);

/** "12.3 MB": decimal, as disks are sold. */
export function bytesText(of: number): string {
  let value = of;
  for (const unit of ['B', 'kB', 'MB', 'GB', 'TB']) {
    if (value < 999.5 || unit === 'TB') return `${unit === 'B' || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${unit}`;
    value /= 1000;
  }
  return '';
}
