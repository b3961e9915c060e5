// Types of the API from its description (schema/openapi.json).
import type { components, paths } from '../../../schema/openapi';

export type Schemas = components['schemas'];
export type ProblemBody = Schemas['problem'];
export type Statistics = Schemas['statistics'];
export type StatisticsRow = NonNullable<Statistics['rows']>[number];
export type EventRow = Schemas['events']['rows'][number];
export type AttackRow = Schemas['attacks']['rows'][number];
export type Me = Schemas['me'];

type Get<P extends keyof paths> = paths[P] extends { get: infer G } ? Exclude<G, undefined> : never;
/** Paths that GET answers. */
export type GetPath = { [P in keyof paths]: [Get<P>] extends [never] ? never : P }[keyof paths];
export type QueryOf<P extends GetPath> = Get<P> extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;
export type AnswerOf<P extends GetPath> =
  Get<P> extends { responses: { 200: { content: { 'application/json': infer A } } } } ? A : never;

/** What status says of one sensor. */
export interface SensorStatus {
  name: string;
  phase: string;
  latest_packet: string | null;
  packets_per_second: number;
  lag_seconds: number;
  packets_received: number;
  packets_stored: number;
  packets_dropped_lately: number;
  windows: number;
  scan_events: number;
  attacks: number;
  failure: string | { message: string } | null;
}
/** What status says of the pipeline; the description leaves it open. */
export interface Pipeline {
  sensors: SensorStatus[];
  uptime_seconds: number;
}
