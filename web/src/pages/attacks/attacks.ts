// Attacks as a picture: lanes over time, shares of answers, the estimate's arithmetic. Pure.
import type { AttackRow } from '../../api/types';

export const secondsOf = (of: AttackRow): number =>
  of.first && of.last ? Math.max(0, (Date.parse(of.last) - Date.parse(of.first)) / 1000) : 0;

/** An attack is told apart by who, where seen, since when. */
export const keyOf = (of: AttackRow): string => `${of.victim} ${of.sensor} ${of.first ?? ''}`;

export interface Bar {
  row: AttackRow;
  lane: number;
  /** Milliseconds. */
  from: number;
  to: number;
}

/**
 * A lane for each bar, so that no two of a lane overlap: each goes, by its begin, into the first lane that is free
 * `gap` before it. Bars that find none of `most` lanes are left out and counted.
 */
export function lanesOf(rows: readonly AttackRow[], gap: number, most: number): { bars: Bar[]; lanes: number; left: number } {
  const known = rows
    .flatMap((row) => (row.first && row.last ? [{ row, from: Date.parse(row.first), to: Date.parse(row.last) }] : []))
    .sort((a, b) => a.from - b.from || b.to - a.to);
  const ends: number[] = [];
  const bars: Bar[] = [];
  for (const each of known) {
    let lane = ends.findIndex((end) => end + gap <= each.from);
    if (lane < 0) lane = ends.length;
    if (lane >= most) continue;
    ends[lane] = each.to;
    bars.push({ ...each, lane });
  }
  return { bars, lanes: ends.length, left: known.length - bars.length };
}

export type Answer = 'synack' | 'rst' | 'icmp' | 'udp';
export const answers: readonly Answer[] = ['synack', 'rst', 'icmp', 'udp'];

/** What most of the answers were. */
export function mainAnswer(of: AttackRow): Answer {
  return answers.reduce((best, each) => (of.answers[each] > of.answers[best] ? each : best), 'synack' as Answer);
}

/** One in how many of the victim's answers the telescope gets: estimate and worst minute tell it. Null: no estimate. */
export function oneIn(of: AttackRow): number | null {
  return of.attack_rate === null || of.most_per_minute === 0 ? null : Math.round((of.attack_rate * 60) / of.most_per_minute);
}

/** Where a p-value lies on a line from 1 (left, 0) to a millionth (right, 1), by its logarithm. */
export const placeOfP = (p: number): number => (p <= 1e-6 ? 1 : Math.min(1, Math.max(0, -Math.log10(p) / 6)));
/** Below it forged senders are not even (docs/dos.md). */
export const leastP = 0.001;

export interface Class {
  low: number;
  high: number;
  count: number;
}

/** How many attacks have an estimate in each decade: from the lowest to the highest that has one. */
export function decades(rows: readonly AttackRow[]): Class[] {
  const found = rows.flatMap((each) => (each.attack_rate !== null && each.attack_rate > 0 ? [Math.floor(Math.log10(each.attack_rate))] : []));
  if (found.length === 0) return [];
  const [low, high] = [Math.min(...found), Math.max(...found)];
  return Array.from({ length: high - low + 1 }, (_, i) => ({
    low: 10 ** (low + i), high: 10 ** (low + i + 1), count: found.filter((each) => each === low + i).length,
  }));
}

/** Attacked ports by the number of attacks that name them. */
export function portsOf(rows: readonly AttackRow[]): { protocol: string; port: number; attacks: number }[] {
  const found = new Map<string, { protocol: string; port: number; attacks: number }>();
  for (const row of rows)
    for (const { protocol, port } of row.ports) {
      const key = `${protocol} ${port}`;
      const of = found.get(key) ?? { protocol, port, attacks: 0 };
      of.attacks += 1;
      found.set(key, of);
    }
  return [...found.values()].sort((a, b) => b.attacks - a.attacks || a.port - b.port);
}
