// Findings as pages ask for them: by pages of rows, again when the stream tells of a new one.
//
//   const found = useFindings({ service: 'tcp/23' });     found.can === false: this server has no engines
import { useEffect, useMemo } from 'preact/hooks';
import { urlOf } from '../api/client';
import { hasRoute } from '../api/routes';
import { usePages, type Paged } from '../api/use_pages';
import { asked } from '../state/store';
import { useTopic } from '../stream/live';
import { findingsOf, type Finding, type Level } from './finding';

const route = '/api/v1/findings';
const pageRows = 200;

export interface FindingQuery {
  engine?: string;
  kind?: string;
  /** This level and those above it. */
  level?: Level;
  sensor?: string;
  /** "tcp/23". */
  service?: string;
  source?: string;
}
export interface Findings {
  /** Whether the server has findings; null: not known yet. */
  can: boolean | null;
  /** Newest first. */
  rows: readonly Finding[];
  of: Paged<unknown>;
}

/** Of the page's time. Null: do not ask. */
export function useFindings(query: FindingQuery | null, limit: number = pageRows): Findings {
  const can = hasRoute(route);
  const time = asked.value;
  const isAsked = can === true && query !== null && time !== null;
  const of = usePages<unknown>(isAsked ? urlOf(route, { from: time.from, to: time.to, ...query, limit }) : null, JSON.stringify(query));
  const newest = useTopic('finding')[0]?.id;
  useEffect(() => {
    if (newest !== undefined && !of.isBehind) of.again();
  }, [newest]);
  const rows = useMemo(() => findingsOf(of.data), [of.data]);
  return { can, rows, of };
}
