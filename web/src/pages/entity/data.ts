// The questions of a page of a thing.
import { useMemo } from 'preact/hooks';
import { urlOf } from '../../api/client';
import { useTop } from '../../api/statistics';
import type { Schemas, Statistics } from '../../api/types';
import { useAskUrl, type Asking } from '../../api/use_ask';
import { withTerm } from '../../state/filter';
import { formatTime } from '../../state/query';
import { asked, askedBounds, filter } from '../../state/store';
import { byStep, type Line } from '../now/series';
import { calendarOf, day, hour, type Calendar } from './calendar';
import type { Entity } from './terms';

export const calendarDays = 90;
/** What moves slowly is asked again once a minute, not with each packet. */
const slowly = { every: 60 };
const allHours = 24 * (calendarDays + 1);

/** Ninety days that end with the range, to whole hours: the address of the question stays the same for an hour. */
function longRange(): { from: string; to: string; end: number } | null {
  const bounds = askedBounds.value;
  if (!bounds) return null;
  const end = Math.ceil(bounds.to / hour) * hour;
  return { from: formatTime(end - calendarDays * day), to: formatTime(end), end };
}

/** All that the store has of an address or prefix as a source. */
export function useHost(of: Entity): Asking<Schemas['host']> {
  const range = longRange();
  const isHost = of.kind === 'host' || of.kind === 'prefix';
  const query = range && isHost ? { from: range.from, to: range.to, top: 20 } : null;
  return useAskUrl<Schemas['host']>(query && urlOf('/api/v1/hosts/{host}', query, { host: of.name }), slowly);
}

export function useCalendar(of: Entity, shift: number): { asking: Asking<Statistics>; calendar: Calendar | null } {
  const range = longRange();
  const ask = (term: string | null) =>
    range && urlOf('/api/v1/statistics', { by: 'hour', top: allHours, from: range.from, to: range.to, filter: term });
  const asking = useAskUrl<Statistics>(ask(withTerm(filter.value, of.packets)), slowly);
  const whole = useAskUrl<Statistics>(ask(null), slowly);
  const end = range?.end ?? 0;
  const calendar = useMemo(
    () => (asking.data ? calendarOf(asking.data.rows ?? [], whole.data?.rows ?? null, end, calendarDays, shift) : null),
    [asking.data, whole.data, end, shift]);
  return { asking, calendar };
}

export interface EntityLine {
  line: Line;
  step: 'minute' | 'hour';
  asking: Asking<Statistics>;
}

/** Packets and sources over the range, by minute where that is short and the server counts sources so, else by hour. */
export function useEntityLine(of: Entity): EntityLine {
  const bounds = askedBounds.value;
  const isLong = bounds !== null && bounds.to - bounds.from > 1.05 * day;
  const minutes = useTop('minute', 10_000, { term: of.packets, isIdle: isLong });
  const rows = minutes.data?.rows ?? [];
  const hasNoSources = rows.length > 0 && rows.every((each) => each.sources === null || each.sources === undefined);
  const isHourly = isLong || minutes.isUnknown || hasNoSources;
  const hours = useTop('hour', 10_000, { term: of.packets, isIdle: !isHourly });
  const asking = isHourly ? hours : minutes;
  const step = isHourly ? 'hour' : 'minute';
  const line = useMemo(() => byStep(asking.data?.rows ?? [], step === 'hour' ? 3600 : 60), [asking.data, step]);
  return { line, step, asking: asking as Asking<Statistics> };
}

/** The query of events or attacks of the thing, in the range, with the filter. */
export const rowsOf = (term: string, limit: number) =>
  asked.value && { from: asked.value.from, to: asked.value.to, filter: withTerm(filter.value, term), limit };
