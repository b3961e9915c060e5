// What a finding has nowhere but in the sentence that its engine wrote (src/engine/*/*.cpp): counts of each service, how
// much data there was. Another wording gives null or nothing, and the sentence in Japanese then says less. Pure.
import { secondsFrom, serviceFrom, serviceName } from './finding';

export interface Grown {
  service: string;
  sources: number;
  usual: number;
}
export interface Asked {
  service: string;
  sources: number;
  /** Percent of those that act together. */
  share: number;
  hasOneDestination: boolean;
}
export interface Amount {
  seen: number;
  what: 'intervals' | 'graphs' | 'whole windows';
  /** Of one of them, seconds. */
  length: number;
  needed: number;
  broken: number;
}

const named = (text: string | undefined): string => {
  const known = serviceFrom(text);
  return known ? serviceName(known) : text ?? '';
};

/** graph, high_risk: "What grew: tcp/23 (64 sources, 0.2 usual)."; null: it does not say what or that nothing did. */
export function grownIn(reason: string): Grown[] | null {
  if (reason.includes('No service grew.')) return [];
  const all = [...reason.matchAll(/(\w+\/[\d.]+) \((\d+) sources, ([\d.]+) usual\)/g)];
  return all.length === 0 ? null : all.map((each) => ({ service: named(each[1]), sources: Number(each[2]), usual: Number(each[3]) }));
}

/** high_risk, whose evidence is of the surge: "another shape: edges is 512 where 300 is usual." */
export function shapeIn(reason: string): { feature: string; value: number; expected: number } | null {
  const found = /another shape: ([a-z ]+) is ([-\d.e+]+) where ([-\d.e+]+) is usual\./.exec(reason);
  return found ? { feature: found[1] ?? '', value: Number(found[2]), expected: Number(found[3]) } : null;
}

/** glasso: "tcp/23: 58 of them (91 %), one destination." */
export const askedIn = (reason: string): Asked[] =>
  [...reason.matchAll(/(\w+\/[\d.]+): (\d+) of them \((\d+) %\)(, one destination)?/g)].map((each) => ({
    service: named(each[1]), sources: Number(each[2]), share: Number(each[3]), hasOneDestination: each[4] !== undefined,
  }));

/** ntd: "as a block of 10 decompositions has it." */
export function decompositionsIn(reason: string): number | null {
  const found = /a block of (\d+) decompositions has it/.exec(reason);
  return found ? Number(found[1]) : null;
}

/** ntd before its window has ended: "has it, 12 of 36 intervals into the window." */
export function progressIn(reason: string): { done: number; of: number } | null {
  const found = /, (\d+) of (\d+) intervals into the window\./.exec(reason);
  return found ? { done: Number(found[1]), of: Number(found[2]) } : null;
}

/** ntd: "Of 900 ports the 500 with most packets were looked at." */
export function portsIn(reason: string): { seen: number; looked: number } | null {
  const found = /Of (\d+) ports the (\d+) with most packets were looked at/.exec(reason);
  return found ? { seen: Number(found[1]), looked: Number(found[2]) } : null;
}

/** "Not enough data: 12 intervals of 10min were seen, 144 are needed." */
export function amountIn(reason: string): Amount | null {
  const found = /^Not enough data: (\d+) (intervals|graphs|whole windows) of (\w+) were seen, (\d+) are needed\.(?: (\d+) had a hole\.)?/.exec(reason);
  const length = secondsFrom(found?.[3] ?? '');
  if (!found || length === null) return null;
  return { seen: Number(found[1]), what: found[2] as Amount['what'], length, needed: Number(found[4]), broken: Number(found[5] ?? 0) };
}
