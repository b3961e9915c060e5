// The one source of truth: the query of the URL, and the time of the data. Pages read `query`, `filter`, `range`,
// `asked`; they change it with `change`, `setFilter`, `setRange`, `setParam`. Nothing else writes the URL.
import { batch, computed, effect, signal } from '@preact/signals';
import { bounds, formatQuery, formatTime, parseQuery, shift, zoom, type Query, type Range } from './query';
import { hasTerm, withTerm, withoutTerm } from './filter';

export const query = signal<Query>(parseQuery(location.pathname, location.search));
export const filter = computed(() => query.value.filter);
export const range = computed(() => query.value.range);

addEventListener('popstate', () => {
  query.value = parseQuery(location.pathname, location.search);
});

/** Changes the query, and the URL with it; `replace` leaves no step in the history (dragging, typing). */
export function change(what: Partial<Query>, how: { replace?: boolean } = {}) {
  const next = { ...query.value, ...what };
  const url = formatQuery(next);
  if (url === location.pathname + location.search) return;
  if (how.replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  query.value = next;
}

/** The address of another page with the same filter and range; its own parameters begin anew. */
export function linkTo(path: string, params: Query['params'] = {}): string {
  return formatQuery({ ...query.value, path, params, show: '' });
}

export function go(url: string) {
  const to = new URL(url, location.origin);
  history.pushState(null, '', to.pathname + to.search + to.hash);
  query.value = parseQuery(to.pathname, to.search);
}

export const setFilter = (text: string) => change({ filter: text.trim() });
export const setRange = (to: Range, how: { replace?: boolean } = {}) => change({ range: to }, how);
export const show = (what: string) => change({ show: what });

/** Adds a condition to the filter, or takes it away when it is there. */
export function toggleTerm(of: string) {
  setFilter(hasTerm(filter.value, of) ? withoutTerm(filter.value, of) : withTerm(filter.value, of));
}

export function setParam(name: string, value: string | null, how: { replace?: boolean } = {}) {
  const params = { ...query.value.params };
  if (value) params[name] = value;
  else delete params[name];
  change({ params }, how);
}

// --- the time of the data -------------------------------------------------------------------------------

/**
 * The time of the newest packet, milliseconds: what "now" means on the pages. It is not the clock of the machine: a
 * replay has its own times. Null: no packet has come yet.
 */
export const dataNow = signal<number | null>(null);

/** The URL does not say how much is shown, and it is not chosen yet (frame/first_span.ts): nothing is asked so long. */
export const isSpanOpen = signal('isOpen' in query.peek().range);

/** Live questions are asked anew when the data have moved by this part of the range, and this many seconds passed. */
const partOfRange = 1 / 400;
const leastSeconds = 5;

/** `dataNow` as questions use it: it moves in steps, so that pages ask every few seconds and not all the time. */
const askedNow = signal<number | null>(null);
let askedAt = 0;

effect(() => {
  const now = dataNow.value;
  const of = range.value;
  if (now === null || !of.live) return;
  const last = askedNow.peek();
  const step = Math.max(1000, of.span * 1000 * partOfRange);
  if (last !== null && (Math.abs(now - last) < step || performance.now() - askedAt < leastSeconds * 1000)) return;
  askedAt = performance.now();
  askedNow.value = now;
});

/** Has all questions asked again: the stream said that something is missing. */
export function askAgain() {
  askedAt = performance.now();
  batch(() => {
    askedNow.value = dataNow.peek();
    anew.value += 1;
  });
}
/** Rises when questions have to be asked again although nothing of them changed. */
export const anew = signal(0);

const minute = 60_000;

/** From and to of the range, milliseconds, outwards to whole minutes: the API takes no others. Null: no time is known yet. */
export const askedBounds = computed<{ from: number; to: number } | null>(() => {
  const of = range.value;
  if (!of.live) return { from: Math.floor(of.from / minute) * minute, to: Math.ceil(of.to / minute) * minute };
  if (askedNow.value === null || isSpanOpen.value) return null;
  const to = Math.floor(askedNow.value / minute) * minute + minute;
  return { from: to - of.span * 1000, to };
});

/** What a question says of time and filter: spread it into the query of a request. Null: wait. */
export const asked = computed<{ from: string; to: string; filter?: string } | null>(() => {
  const of = askedBounds.value;
  if (of === null) return null;
  const out = { from: formatTime(of.from), to: formatTime(of.to) };
  return filter.value ? { ...out, filter: filter.value } : out;
});

const nowOr = () => dataNow.peek() ?? Date.now();

export function pause() {
  if (!range.value.live) return;
  const { from, to } = bounds(range.value, nowOr());
  setRange({ live: false, from: Math.round(from / 1000) * 1000, to: Math.round(to / 1000) * 1000 });
}

export function goLive() {
  const of = range.value;
  if (!of.live) setRange({ live: true, span: Math.max(60, Math.round((of.to - of.from) / 60_000) * 60) });
}

/** Moves the range by a part of its length: -0.5 half of it back. */
export const rewind = (part: number) => setRange(shift(range.value, part, nowOr()));
export const zoomRange = (factor: number) => setRange(zoom(range.value, factor));
