// What the wall shows when, and whether it may be trusted. Pure.

/** Seconds for one scene, when the URL does not say (every=30). */
export const usualEvery = 30;
export const leastEvery = 5;
export const mostEvery = 3600;

export function everyOf(text: string | undefined): number {
  const found = Number(text ?? usualEvery);
  return Number.isFinite(found) ? Math.min(mostEvery, Math.max(leastEvery, found)) : usualEvery;
}

/** "now,cube" among the paths that there are, in the order that is asked for; all, when none is known. */
export function scenesOf(text: string | undefined, there: readonly string[]): string[] {
  const wanted = (text ?? '').split(',').map((each) => `/${each.trim()}`);
  const found = wanted.filter((each) => there.includes(each));
  return found.length > 0 ? found : [...there];
}

export const stepTo = (at: number, by: number, count: number): number => (count === 0 ? 0 : (((at + by) % count) + count) % count);

export type Freshness = 'fresh' | 'late' | 'silent' | 'ended' | 'nothing';

/** Seconds after which the server counts as silent, and the data as late. */
export const mostSilence = 10;
export const mostLag = 60;

/** `silence`: seconds since the server was heard, null: never. `sensors`: of its status, null: none came yet. */
export function freshnessOf(silence: number | null, sensors: readonly { phase: string; lag_seconds: number }[] | null): { is: Freshness; age: number } {
  if (silence === null || sensors === null) return { is: 'nothing', age: 0 };
  if (silence > mostSilence) return { is: 'silent', age: silence };
  if (sensors.length === 0) return { is: 'nothing', age: 0 };
  const live = sensors.filter((each) => each.phase !== 'ended' && each.phase !== 'stopped');
  if (live.length === 0) return { is: 'ended', age: 0 };
  const lag = Math.max(...live.map((each) => each.lag_seconds));
  return { is: lag > mostLag ? 'late' : 'fresh', age: lag + silence };
}
