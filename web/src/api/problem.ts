// What went wrong with a request, as the pages show it.
import type { ProblemBody } from './types';

export interface Problem {
  /** 0: no answer came at all. */
  status: number;
  detail: string;
  errors: { where: string; came: string | null; expected: string }[];
  /** Seconds after which it may be asked again; of 429 and 503. */
  retryAfter: number | null;
  /** Where in the filter the mistake is, when it is one there: line and column from 1. */
  filterAt: { line: number; column: number; message: string } | null;
}

/** "query.filter: filter:1:9: port is ..." says where in the expression. */
export function filterPlace(detail: string): Problem['filterAt'] {
  const found = /(?:^|[\s:])filter:(\d+):(\d+): ([\s\S]+)$/.exec(detail);
  return found ? { line: Number(found[1]), column: Number(found[2]), message: found[3] ?? '' } : null;
}

export function problemOf(status: number, text: string, retryAfter: string | null): Problem {
  let body: Partial<ProblemBody> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) body = parsed;
  } catch {
    // Not from Kizashi: a proxy between, say. The status has to do.
  }
  const detail = typeof body.detail === 'string' ? body.detail : `HTTP ${status}`;
  const wait = retryAfter === null ? Number.NaN : Number(retryAfter);
  return {
    status,
    detail,
    errors: Array.isArray(body.errors) ? body.errors : [],
    retryAfter: Number.isFinite(wait) ? wait : null,
    filterAt: filterPlace(detail),
  };
}

export const noAnswer: Problem = { status: 0, detail: '', errors: [], retryAfter: null, filterAt: null };

export class RequestFailure extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}
