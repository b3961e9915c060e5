// The most frequent of something in the range of the page, with what it was a day and a week before.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { withTerm } from '../state/filter';
import { asked, filter } from '../state/store';
import { urlOf } from './client';
import type { Statistics, StatisticsRow } from './types';
import { useAskUrl, type Asking } from './use_ask';

export type By = 'port' | 'source' | 'country' | 'as' | 'protocol' | 'hour' | 'day' | 'sensor' | 'tool' | 'class' | 'scanner' | 'minute';
interface Before {
  packets: number;
  sources?: number;
}
export type ComparedRow = StatisticsRow & {
  tool?: string | null;
  class?: string | null;
  scanner?: string | null;
  before?: { day?: Before | null; week?: Before | null };
};
export type Compared = Omit<Statistics, 'rows'> & { rows?: ComparedRow[]; before?: ComparedRow['before'] };

/** What this server refused to group by or to compare: it is of an earlier version, and not asked again. */
const refused = signal<ReadonlySet<string>>(new Set());

export interface Top extends Asking<Compared> {
  /** The server does not know this `by`. */
  isUnknown: boolean;
}

/**
 * `term`: a condition beside the filter of the page, such as that of the address whose page it is. `isIdle`: do not ask
 * (yet).
 */
export function useTop(by: By, top: number, more: { compare?: boolean; term?: string; isIdle?: boolean } = {}): Top {
  const of = asked.value && more.term ? { ...asked.value, filter: withTerm(filter.value, more.term) } : asked.value;
  const isUnknown = refused.value.has(by);
  const compares = more.compare === true && !refused.value.has('compare');
  const url = of && !isUnknown && !more.isIdle ? urlOf('/api/v1/statistics', { by, top, ...of, compare: compares ? 'day,week' : null }) : null;
  const asking = useAskUrl<Compared>(url);
  const wrong = asking.problem?.errors ?? [];
  useEffect(() => {
    const names = wrong.flatMap((each) => (each.where === 'query.compare' ? ['compare'] : each.where === 'query.by' ? [by] : []));
    if (names.length > 0) refused.value = new Set([...refused.peek(), ...names]);
  }, [asking.problem]);
  return { ...asking, isUnknown };
}

/** Packets of the same span a week before, or a day before where there is no week; undefined: not known. */
export function beforeOf(row: ComparedRow): { packets: number | undefined; unit: 'day' | 'week' } {
  const week = row.before?.week?.packets;
  return week === undefined ? { packets: row.before?.day?.packets, unit: 'day' } : { packets: week, unit: 'week' };
}
