// What /findings answers, read with care (src/engine/finding.hpp says what a finding has). Pure.

export const levels = ['critical', 'high', 'medium', 'low', 'note'] as const;
export type Level = (typeof levels)[number];

export interface Service {
  protocol: string;
  port: number;
}
export interface Evidence {
  name: string;
  value: number | string;
}
export interface EvidenceSeries {
  name: string;
  /** Milliseconds. */
  start: number;
  /** Seconds. */
  step: number;
  values: number[];
}
export interface Finding {
  id: string;
  engine: string;
  version: number | null;
  sensor: string;
  kind: string;
  level: Level;
  first: string | null;
  last: string | null;
  services: Service[];
  sources: string[];
  sourceCount: number;
  score: number | null;
  threshold: number | null;
  confidence: number | null;
  evidence: Evidence[];
  series: EvidenceSeries[];
  engines: string[];
  sensors: string[];
  reason: string;
}

const isRecord = (of: unknown): of is Record<string, unknown> => typeof of === 'object' && of !== null && !Array.isArray(of);
const text = (of: unknown): string => (typeof of === 'string' ? of : '');
const number = (of: unknown): number | null => (typeof of === 'number' && Number.isFinite(of) ? of : null);
const list = (of: unknown): unknown[] => (Array.isArray(of) ? of : []);
const texts = (of: unknown): string[] => list(of).filter((each) => typeof each === 'string');

function servicesFrom(of: unknown): Service[] {
  return list(of).flatMap((each): Service[] => {
    if (isRecord(each)) {
      const port = number(each['port']);
      return port === null ? [] : [{ port, protocol: text(each['protocol']) || 'tcp' }];
    }
    const found = /^(?:(\w+)\/)?(\d+)(?:\/(\w+))?$/.exec(text(each));
    return found ? [{ port: Number(found[2]), protocol: found[1] ?? found[3] ?? 'tcp' }] : [];
  });
}

/** A list of {name, value}, or an object of them. */
function evidenceFrom(of: unknown): Evidence[] {
  const pairs: [string, unknown][] = isRecord(of) ? Object.entries(of) : list(of).flatMap((each): [string, unknown][] => (isRecord(each) ? [[text(each['name']), each['value']]] : []));
  return pairs.flatMap(([name, value]) => (name !== '' && (typeof value === 'number' || typeof value === 'string') ? [{ name, value }] : []));
}

const units: Record<string, number> = { d: 86400, h: 3600, min: 60, s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };
/** "10min", "1h30min" as seconds; null for anything else. */
export function secondsFrom(of: string): number | null {
  const parts = [...of.matchAll(/(\d+)(d|h|min|ms|us|ns|s)/g)];
  if (parts.length === 0 || parts.map((each) => each[0]).join('') !== of) return null;
  return parts.reduce((sum, each) => sum + Number(each[1]) * (units[each[2] ?? ''] ?? 0), 0);
}

function seriesFrom(of: unknown): EvidenceSeries[] {
  return list(of).flatMap((each): EvidenceSeries[] => {
    if (!isRecord(each)) return [];
    const start = Date.parse(text(each['start'] ?? each['first']));
    const step = number(each['step_seconds']) ?? number(each['seconds']) ?? number(each['step']) ?? secondsFrom(text(each['step']));
    const values = list(each['values']).map((value) => number(value) ?? 0);
    return Number.isNaN(start) || step === null || step <= 0 || values.length === 0 ? [] : [{ name: text(each['name']), start, step, values }];
  });
}

export function findingFrom(of: unknown): Finding | null {
  if (!isRecord(of)) return null;
  const engine = text(of['engine']);
  const kind = text(of['kind']);
  if (engine === '' && kind === '') return null;
  const services = servicesFrom(of['services']);
  const port = number(of['port']);
  const sources = texts(of['sources']);
  return {
    id: text(of['id']) || `${engine} ${kind} ${text(of['first'])} ${text(of['sensor'])}`,
    engine, kind,
    version: number(of['engine_version']) ?? number(of['version']),
    sensor: text(of['sensor']),
    level: levels.find((each) => each === of['level']) ?? 'note',
    first: text(of['first']) || null,
    last: text(of['last']) || null,
    services: services.length > 0 || port === null ? services : [{ port, protocol: text(of['protocol']) || 'tcp' }],
    sources,
    sourceCount: number(of['source_count']) ?? sources.length,
    score: number(of['score']),
    threshold: number(of['threshold']),
    confidence: number(of['confidence']),
    evidence: evidenceFrom(of['evidence'] ?? of['values']),
    series: seriesFrom(of['series']),
    engines: texts(of['engines']),
    sensors: texts(of['sensors']),
    reason: text(of['reason']),
  };
}

export function findingsFrom(answer: unknown): Finding[] {
  const rows = isRecord(answer) ? (answer['rows'] ?? answer['findings']) : null;
  return list(rows).flatMap((each) => findingFrom(each) ?? []);
}

/** How far above its threshold: 2 is twice of it. */
export const excess = (of: Finding): number | null =>
  of.score === null || of.threshold === null || of.threshold <= 0 ? null : of.score / of.threshold;

/** The packets that it is about, as a filter; null: of no single service. */
export function termOf(of: Finding): string | null {
  const ports = [...new Set(of.services.map((each) => each.port))].slice(0, 64);
  if (ports.length === 0) return null;
  const protocols = new Set(of.services.map((each) => each.protocol));
  const port = ports.length === 1 ? `dst.port == ${ports[0]}` : `dst.port in {${ports.join(', ')}}`;
  return protocols.size === 1 ? `${port} and protocol == ${[...protocols][0]}` : port;
}

// --- without engines: what changed ---------------------------------------------------------------------

export interface PortRow {
  protocol?: string;
  port?: number;
  packets: number;
  sources?: number | null;
}
export interface PortChange extends Service {
  before: number;
  after: number;
  /** In standard deviations of a Poisson number: (after - before) / sqrt(before), of 1 at least. */
  score: number;
}

/** Ports by how much their sources rose from one half of a time to the other, the most first; falls are left out. */
export function portChanges(before: readonly PortRow[], after: readonly PortRow[], least = 10): PortChange[] {
  const key = (each: PortRow) => `${each.protocol} ${each.port}`;
  const old = new Map(before.map((each) => [key(each), each.sources ?? 0]));
  return after
    .flatMap((each): PortChange[] => {
      const [was, is] = [old.get(key(each)) ?? 0, each.sources ?? 0];
      if (each.port === undefined || is < least || is <= was) return [];
      return [{ protocol: each.protocol ?? '', port: each.port, before: was, after: is, score: (is - was) / Math.sqrt(Math.max(1, was)) }];
    })
    .sort((a, b) => b.score - a.score);
}

/** The middle of a time, to the minute, between first and last; null where there is nothing to cut. */
export function middleOf(first: string | null, last: string | null): { from: number; middle: number; to: number } | null {
  if (first === null || last === null) return null;
  const [from, to] = [Date.parse(first), Date.parse(last) + 60_000];
  const middle = Math.round((from + to) / 2 / 60_000) * 60_000;
  return middle > from && middle < to ? { from, middle, to } : null;
}
