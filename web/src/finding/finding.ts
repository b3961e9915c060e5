// What /findings answers, read with care (src/engine/finding.hpp says what a finding has). Pure.

export const levels = ['critical', 'high', 'medium', 'low', 'note'] as const;
export type Level = (typeof levels)[number];

export interface Service {
  protocol: string;
  /** Null: ICMP, whose type and code is `code`. */
  port: number | null;
  code?: string;
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
  /** What the engine does, in words; empty: not said. */
  title: string;
  /** Its page of the documentation; empty: not said. */
  page: string;
  version: number | null;
  sensor: string;
  kind: string;
  level: Level;
  first: string | null;
  last: string | null;
  services: Service[];
  /** Not all of them: `sourceCount` says how many there are. */
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

const protocols: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp' };

/** {name: "tcp/23", protocol: 6, port: 23}, or the name alone; of ICMP "icmp/8.0". */
function servicesFrom(of: unknown): Service[] {
  return list(of).flatMap((each): Service[] => {
    const record = isRecord(each) ? each : {};
    const name = text(isRecord(each) ? record['name'] : each);
    const found = /^(\w+)\/(\d+)$/.exec(name);
    if (found) return [{ protocol: found[1] ?? '', port: Number(found[2]) }];
    const [protocol, port] = [number(record['protocol']), number(record['port'])];
    // In the place of a port ICMP has its type and code.
    if (protocol === 1 || /^icmp/.test(name)) return [{ protocol: name.split('/')[0] || 'icmp', port: null, code: name.split('/')[1] ?? '' }];
    return port === null ? [] : [{ port, protocol: text(record['protocol']) || protocols[protocol ?? 6] || String(protocol) }];
  });
}
/** Of "tcp/23". */
export const serviceFrom = (name: unknown): Service | null => servicesFrom([name])[0] ?? null;
/** "23/tcp", "icmp 8.0". */
export const serviceName = (of: Service): string => (of.port === null ? `${of.protocol} ${of.code ?? ''}`.trim() : `${of.port}/${of.protocol}`);

function evidenceFrom(of: unknown): Evidence[] {
  return Object.entries(isRecord(of) ? of : {}).flatMap(([name, value]) => (name !== '' && (typeof value === 'number' || typeof value === 'string') ? [{ name, value }] : []));
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
    const start = Date.parse(text(each['start']));
    const step = secondsFrom(text(each['step']));
    const values = list(each['values']).map((value) => number(value) ?? 0);
    return Number.isNaN(start) || step === null || step <= 0 || values.length === 0 ? [] : [{ name: text(each['name']), start, step, values }];
  });
}

export function findingFrom(of: unknown): Finding | null {
  if (!isRecord(of)) return null;
  const engine = text(of['engine']);
  const kind = text(of['kind']);
  const id = text(of['id']);
  if (engine === '' || id === '') return null;
  const sources = texts(of['sources']);
  return {
    id, engine, kind,
    title: text(of['title']),
    page: text(of['method']),
    version: number(of['version']),
    sensor: text(of['sensor']),
    level: levels.find((each) => each === of['level']) ?? 'note',
    first: text(of['first']) || null,
    last: text(of['last']) || null,
    services: servicesFrom(of['services']),
    sources,
    sourceCount: number(of['source_count']) ?? sources.length,
    score: number(of['score']),
    threshold: number(of['threshold']),
    confidence: number(of['confidence']),
    evidence: evidenceFrom(of['evidence']),
    series: seriesFrom(of['series']),
    engines: texts(of['engines']),
    sensors: texts(of['sensors']),
    reason: text(of['reason']),
  };
}

/** Of the rows of a list. */
export const findingsOf = (rows: unknown): Finding[] => list(rows).flatMap((each) => findingFrom(each) ?? []);

/** How far above its threshold: 2 is twice of it. */
export const excess = (of: Finding): number | null =>
  of.score === null || of.threshold === null || of.threshold <= 0 ? null : of.score / of.threshold;

/** The packets that it is about, as a filter; null: of no single service. */
export function termOf(of: Finding): string | null {
  if (of.services.length === 0) return null;
  const protocols = [...new Set(of.services.map((each) => each.protocol))];
  const only = protocols.length === 1 ? `protocol == ${protocols[0]}` : null;
  const ports = [...new Set(of.services.flatMap((each) => each.port ?? []))].slice(0, 64);
  // Ports and ICMP together have no condition of one kind.
  if (ports.length === 0) return only;
  if (of.services.some((each) => each.port === null)) return null;
  const port = ports.length === 1 ? `dst.port == ${ports[0]}` : `dst.port in {${ports.join(', ')}}`;
  return only ? `${port} and ${only}` : port;
}

/** A number of the evidence; null: it has none of that name. */
export function evidenceOf(of: Finding, name: string): number | null {
  const value = of.evidence.find((each) => each.name === name)?.value;
  return typeof value === 'number' ? value : null;
}

/** What /findings is asked for by a filter: it knows one service and one source, or prefix of sources, of it. */
export function askedBy(ports: readonly string[], protocols: readonly string[], sources: readonly string[]): { service?: string; source?: string } {
  const [port] = ports;
  const [source] = sources;
  return {
    ...(port !== undefined && ports.length === 1 && /^\d+$/.test(port) ? { service: `${protocols[0] ?? 'tcp'}/${port}` } : {}),
    ...(source !== undefined && sources.length === 1 && !source.includes('..') ? { source } : {}),
  };
}
