// Rows that come by pages (packets, events, attacks): the first page at once, the next when the table comes to its end.
// While the range is live, rows that somebody reads further down are not taken away: `isBehind` says that newer ones
// wait, `renew` shows them.
import { useEffect, useRef, useState } from 'preact/hooks';
import { anew, range } from '../state/store';
import { asProblem, getUrl } from './client';
import type { Problem } from './problem';
import type { Asking } from './use_ask';

interface PageOf<T> {
  rows: T[];
  next: string | null;
}
export interface Paged<T> extends Asking<readonly T[]> {
  more: () => void;
  /** There are further rows. */
  hasMore: boolean;
  /** Rows are not loaded beyond this many. */
  isFull: boolean;
  isBehind: boolean;
  renew: () => void;
}

/** More rows than this are not kept in a browser. */
export const mostRows = 50_000;

interface Known<T> {
  url: string;
  rows: readonly T[];
  next: string | null;
  pages: number;
  problem: Problem | null;
}

/** `url` has no cursor and says `limit`; `what` is the question without its times: a change of it always asks anew. */
export function usePages<T>(url: string | null, what: string): Paged<T> {
  const [known, setKnown] = useState<Known<T> | null>(null);
  const [asks, setAsks] = useState<{ url: string; cursor: string | null; turn: number } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const before = useRef({ what, anew: anew.peek() });
  const isRead = range.value.live && known !== null && known.pages > 1 && before.current.what === what;
  const isBehind = isRead && url !== null && known.url !== url;
  const turn = anew.value;
  useEffect(() => {
    if (url === null || (isRead && before.current.anew === turn)) return;
    before.current = { what, anew: turn };
    setAsks({ url, cursor: null, turn });
  }, [url, what, turn]);
  useEffect(() => {
    if (!asks) return;
    const stop = new AbortController();
    setBusy(true);
    getUrl<PageOf<T>>(asks.url + (asks.cursor ? `&cursor=${encodeURIComponent(asks.cursor)}` : ''), stop.signal).then(
      (page) => {
        setKnown((now) => ({
          url: asks.url,
          rows: asks.cursor && now ? [...now.rows, ...page.rows] : page.rows,
          next: page.next,
          pages: asks.cursor && now ? now.pages + 1 : 1,
          problem: null,
        }));
        setBusy(false);
      },
      (wrong: unknown) => {
        if (stop.signal.aborted) return;
        const problem = asProblem(wrong);
        const keeps = problem.status === 0 || problem.status >= 429;
        setKnown((now) => ({ url: asks.url, rows: keeps ? (now?.rows ?? []) : [], next: keeps ? (now?.next ?? null) : null, pages: now?.pages ?? 0, problem }));
        setBusy(false);
      },
    );
    return () => stop.abort();
  }, [asks]);
  const isFull = (known?.rows.length ?? 0) >= mostRows;
  const hasRows = known !== null && (known.problem === null || known.rows.length > 0);
  return {
    data: hasRows ? known.rows : null,
    problem: known?.problem ?? null,
    isBusy: isBusy || (url !== null && known === null),
    isOld: known !== null && known.url !== url && !isBehind,
    url,
    again: () => url !== null && setAsks({ url, cursor: null, turn }),
    more: () => known?.next && !isBusy && !isFull && setAsks({ url: known.url, cursor: known.next, turn }),
    hasMore: known?.next !== null && known !== null,
    isFull,
    isBehind,
    renew: () => url !== null && setAsks({ url, cursor: null, turn }),
  };
}
