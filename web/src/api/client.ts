// The one place that sends requests. Typed by the description of the API; a request can be given up; what fails is a
// RequestFailure with a Problem. A question that several parts ask at the same time goes out once.
import { signal } from '@preact/signals';
import { RequestFailure, noAnswer, problemOf, type Problem } from './problem';
import type { AnswerOf, GetPath, Me, QueryOf } from './types';

type Values = Record<string, string | number | boolean | readonly string[] | null | undefined>;

/** Who asks; null until the server has said so. */
export const me = signal<Me | null>(null);
/** The log-in form is wanted: a request was refused with 401, or somebody asked for it. */
export const wantsLogIn = signal(false);

/** "/api/v1/hosts/192.0.2.0%2F24?top=5": the parts in braces are filled, empty values left out. */
export function urlOf(path: string, query: Values = {}, parts: Record<string, string> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ''));
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue;
    if (Array.isArray(value)) for (const each of value) all.append(name, String(each));
    else all.set(name, String(value));
  }
  const text = all.toString();
  return filled + (text ? `?${text}` : '');
}

async function send(url: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, { credentials: 'same-origin', ...init });
  } catch (wrong) {
    if (wrong instanceof DOMException && wrong.name === 'AbortError') throw wrong;
    throw new RequestFailure(noAnswer);
  }
  if (answer.ok) return answer;
  if (answer.status === 401 && !url.endsWith('/session')) wantsLogIn.value = true;
  throw new RequestFailure(problemOf(answer.status, await answer.text(), answer.headers.get('retry-after')));
}

// --- questions ------------------------------------------------------------------------------------------

interface Flight {
  answer: Promise<unknown>;
  stop: AbortController;
  waiting: number;
}
const flights = new Map<string, Flight>();

/** GET of an address as `urlOf` makes it. */
export async function getUrl<T>(url: string, signal?: AbortSignal): Promise<T> {
  let flight = flights.get(url);
  if (!flight) {
    const stop = new AbortController();
    const answer = send(url, { signal: stop.signal, headers: { Accept: 'application/json' } })
      .then((each) => each.json() as Promise<unknown>)
      .finally(() => flights.delete(url));
    flight = { answer, stop, waiting: 0 };
    flights.set(url, flight);
  }
  const of = flight;
  of.waiting += 1;
  const leave = () => {
    of.waiting -= 1;
    if (of.waiting > 0) return;
    flights.delete(url);
    of.stop.abort();
  };
  signal?.addEventListener('abort', leave, { once: true });
  try {
    const answer = (await of.answer) as T;
    if (signal?.aborted) throw new DOMException('given up', 'AbortError');
    return answer;
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}

/** GET with types: get('/api/v1/statistics', { by: 'port', top: 3 }). */
export function get<P extends GetPath>(
  path: P, query: QueryOf<P> | Record<string, never> = {},
  more: { parts?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<AnswerOf<P>> {
  return getUrl<AnswerOf<P>>(urlOf(path, query as Values, more.parts), more.signal);
}

/** POST, PATCH, DELETE: with the CSRF token of the session. */
export async function act<T>(
  method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown, signal?: AbortSignal,
): Promise<T | null> {
  const headers: Record<string, string> = {};
  const token = me.value?.csrf_token;
  if (token) headers['X-CSRF-Token'] = token;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal) init.signal = signal;
  const answer = await send(path, init);
  const text = await answer.text();
  return text ? (JSON.parse(text) as T) : null;
}

// --- who asks -------------------------------------------------------------------------------------------

const order = ['anyone', 'guest', 'viewer', 'partner', 'analyst', 'admin'] as const;
export type Role = (typeof order)[number];
/** Whether the role is at least `least`. */
export const may = (least: Role): boolean =>
  me.value !== null && order.indexOf(me.value.role) >= order.indexOf(least);

export async function learnWhoIAm(): Promise<void> {
  me.value = await get('/api/v1/me');
  if (me.value.role === 'anyone') wantsLogIn.value = true;
}

export async function logIn(name: string, password: string): Promise<void> {
  await act('POST', '/api/v1/session', { name, password });
  await learnWhoIAm();
  wantsLogIn.value = false;
}

export async function logOut(): Promise<void> {
  await act('DELETE', '/api/v1/session');
  await learnWhoIAm();
  wantsLogIn.value = true;
}

export const asProblem = (wrong: unknown): Problem =>
  wrong instanceof RequestFailure ? wrong.problem : { ...noAnswer, detail: String(wrong) };
