// A report as the server makes it (GET /api/v1/report).
import type { Text } from '../../language';

export interface Before {
  packets: number;
  sources: number;
}
export interface Row {
  packets: number;
  sources: number;
  share: number;
  before: Before | null;
  /** Packets over those of the period before, less 1; null: it had none. */
  change: number | null;
  protocol?: string;
  port?: number;
  country?: string | null;
  as?: number | null;
  name?: string | null;
  tool?: string | null;
  class?: string;
  scanner?: string | null;
}
export interface Period {
  kind: Kind;
  name: string;
  from: string | null;
  to: string | null;
}
/** What the engines concluded; findings about one thing are one row. */
export interface Told {
  /** As /findings has it: `findingFrom` reads it. */
  finding: unknown;
  first: string | null;
  last: string | null;
  source_count: number;
  engines: string[];
  count: number;
}
export interface Findings {
  count: number;
  shortages: number;
  engines: string[];
  rows: Told[];
}
export interface Report {
  period: Period;
  earlier: Period;
  addresses: number;
  totals: { packets: number; wire_bytes: number; sources: number; packets_per_address: number | null };
  before: Before | null;
  days: { day: string | null; packets: number; sources: number }[];
  ports: Row[];
  countries: Row[];
  as: Row[];
  tools: Row[];
  classes: Row[];
  scanners: Row[];
  scanner_share: number;
  events: { count: number | null };
  attacks: { count: number | null };
  /** null: of some packets alone. */
  notable: { findings?: Findings } | null;
  filter: string | null;
  is_over: boolean;
  /** What the numbers say: sentences, in both languages. */
  changes: { is: string; text: Text }[];
  kizashi: string;
  store: string;
}

export const kinds = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type Kind = (typeof kinds)[number];

/** The `at` of the period before or behind: "2026-01-15". UTC; by the begin of the period. */
export function neighbour(of: Period, by: -1 | 1): string {
  const at = by < 0 ? Date.parse(of.from ?? '') - 1 : Date.parse(of.to ?? '');
  return Number.isNaN(at) ? '' : new Date(at).toISOString().slice(0, 10);
}
