// A component's question to the API. It is asked when its address changes, asked again by the live range, given up when
// the component goes; what was known stays visible meanwhile.
//
//   const ports = useAsk('/api/v1/statistics', asked.value && { by: 'port', top: 10, ...asked.value });
//   <Panel title="..." of={ports}>{ports.data && ...}</Panel>
import { useEffect, useState } from 'preact/hooks';
import { sayFilterMistake } from '../frame/filter_mistake';
import { anew, filter } from '../state/store';
import { asProblem, getUrl, urlOf } from './client';
import type { Problem } from './problem';
import type { AnswerOf, GetPath, QueryOf } from './types';

export interface Asking<T> {
  data: T | null;
  problem: Problem | null;
  /** A request is on its way. */
  isBusy: boolean;
  /** `data` is of an earlier question. */
  isOld: boolean;
  /** The address, for "copy API call"; null: nothing is asked yet. */
  url: string | null;
  again: () => void;
}

interface Known<T> {
  url: string;
  data: T | null;
  problem: Problem | null;
}

/** By address; for routes that the generated types do not know. Null: do not ask (yet). */
export function useAskUrl<T>(url: string | null, more: { every?: number } = {}): Asking<T> {
  const [known, setKnown] = useState<Known<T> | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  const asksAnew = anew.value;
  useEffect(() => {
    if (url === null) return;
    const stop = new AbortController();
    setBusy(true);
    getUrl<T>(url, stop.signal).then(
      (data) => {
        setKnown({ url, data, problem: null });
        setBusy(false);
      },
      (wrong: unknown) => {
        if (stop.signal.aborted) return;
        // While the server is away, what is known stays; a wrong question has no answer.
        const problem = asProblem(wrong);
        if (problem.filterAt && problem.status === 400) sayFilterMistake(filter.peek(), problem.filterAt.column, problem.filterAt.message);
        setKnown((before) => ({ url, data: problem.status === 0 || problem.status >= 429 ? (before?.data ?? null) : null, problem }));
        setBusy(false);
      },
    );
    return () => stop.abort();
  }, [url, turn, asksAnew]);
  useEffect(() => {
    if (!more.every) return;
    const timer = setInterval(() => document.hidden || setTurn((before) => before + 1), more.every * 1000);
    return () => clearInterval(timer);
  }, [more.every]);
  return {
    data: known?.data ?? null,
    problem: known?.problem ?? null,
    isBusy: isBusy || (url !== null && known === null),
    isOld: known !== null && known.url !== url,
    url,
    again: () => setTurn((before) => before + 1),
  };
}

export function useAsk<P extends GetPath>(
  path: P, query: QueryOf<P> | Record<string, never> | null, more: { parts?: Record<string, string>; every?: number } = {},
): Asking<AnswerOf<P>> {
  return useAskUrl<AnswerOf<P>>(query === null ? null : urlOf(path, query as never, more.parts), more);
}
