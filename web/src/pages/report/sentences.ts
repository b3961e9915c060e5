// What a report says of its numbers, as sentences: which, and with what in them. Pure; the words are in the dictionaries.

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
  filter: string | null;
}

export const kinds = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type Kind = (typeof kinds)[number];

export type Fact =
  | { is: 'empty' }
  | { is: 'rise' | 'fall'; change: number; packets: number; before: number; sources: number }
  | { is: 'same' | 'first'; packets: number; sources: number }
  | { is: 'port'; row: Row }
  | { is: 'port.new' | 'port.rise' | 'port.fall'; row: Row }
  | { is: 'country'; row: Row }
  | { is: 'country.rise'; row: Row }
  | { is: 'tool'; row: Row }
  | { is: 'scanners'; share: number }
  | { is: 'peak'; day: string; times: number; packets: number }
  | { is: 'events'; events: number; attacks: number };

/** Changes of less than this part are none; shares of less are not spoken of; a peak is that many times the median day. */
const leastChange = 0.05;
const leastShare = 0.01;
const leastPeak = 2;
/** How many ports are named of each kind of change. */
const mostNamed = 2;

export function factsOf(of: Report): Fact[] {
  if (of.totals.packets === 0) return [{ is: 'empty' }];
  const spoken = of.ports.filter((each) => each.share >= leastShare && each.port !== undefined);
  const out: Fact[] = [total(of)];
  if (spoken[0]) out.push({ is: 'port', row: spoken[0] });
  if (of.before) out.push(...portChanges(spoken));
  const country = of.countries.find((each) => each.country);
  if (country) out.push({ is: 'country', row: country });
  const risen = of.countries.filter((each) => each.country && each.share >= leastShare && (each.change ?? 0) >= 1 && each !== country);
  const most = risen.sort((a, b) => (b.change ?? 0) - (a.change ?? 0))[0];
  if (most) out.push({ is: 'country.rise', row: most });
  const tool = of.tools.find((each) => each.tool);
  if (tool) out.push({ is: 'tool', row: tool });
  if (of.scanner_share >= leastShare) out.push({ is: 'scanners', share: of.scanner_share });
  const peak = peakOf(of.days);
  if (peak) out.push(peak);
  if (of.events.count !== null && of.attacks.count !== null) out.push({ is: 'events', events: of.events.count, attacks: of.attacks.count });
  return out;
}

function total({ totals, before }: Report): Fact {
  const { packets, sources } = totals;
  if (before === null || before.packets === 0) return { is: 'first', packets, sources };
  const change = packets / before.packets - 1;
  if (Math.abs(change) < leastChange) return { is: 'same', packets, sources };
  return { is: change > 0 ? 'rise' : 'fall', change, packets, before: before.packets, sources };
}

function portChanges(rows: readonly Row[]): Fact[] {
  const news = rows.filter((each) => each.change === null).slice(0, mostNamed);
  const known = rows.filter((each) => each.change !== null && each.change !== undefined);
  const risen = known.filter((each) => (each.change ?? 0) >= 0.5).sort((a, b) => (b.change ?? 0) - (a.change ?? 0)).slice(0, mostNamed);
  const fallen = known.filter((each) => (each.change ?? 0) <= -0.5).sort((a, b) => (a.change ?? 0) - (b.change ?? 0)).slice(0, 1);
  return [
    ...news.map((row): Fact => ({ is: 'port.new', row })),
    ...risen.map((row): Fact => ({ is: 'port.rise', row })),
    ...fallen.map((row): Fact => ({ is: 'port.fall', row })),
  ];
}

/** The day that had most, where it had at least twice the median of at least five days. */
function peakOf(days: Report['days']): Fact | null {
  if (days.length < 5) return null;
  const sorted = days.map((each) => each.packets).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const most = days.reduce((a, b) => (b.packets > a.packets ? b : a));
  if (median === 0 || most.day === null || most.packets < leastPeak * median) return null;
  return { is: 'peak', day: most.day, times: most.packets / median, packets: most.packets };
}

/** The `at` of the period before or behind: "2026-01-15". UTC; by the begin of the period. */
export function neighbour(of: Period, by: -1 | 1): string {
  const at = by < 0 ? Date.parse(of.from ?? '') - 1 : Date.parse(of.to ?? '');
  return Number.isNaN(at) ? '' : new Date(at).toISOString().slice(0, 10);
}
