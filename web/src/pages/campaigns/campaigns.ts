// What /campaigns answers, read with care, and how campaigns are compared. Pure.

export interface CampaignPort {
  port: number;
  protocol: string;
  /** Of its packets, 0 to 1; null: not said. */
  part: number | null;
}
export interface Campaign {
  id: string;
  name: string;
  ports: CampaignPort[];
  count: number;
  /** The first hundred or so. */
  members: string[];
  /** What they share, for reading. */
  quirk: string;
  tool: string | null;
  class: string | null;
  packets: number | null;
  confidence: number | null;
  isSynchronous: boolean;
  first: number | null;
  last: number | null;
  /** Over how many networks, AS and countries they lie; null: not said. */
  networks: number | null;
  systems: number | null;
  countries: number | null;
  description: string;
  /** Members that came first in each hour. */
  growth: { at: number; members: number }[];
}

const isRecord = (of: unknown): of is Record<string, unknown> => typeof of === 'object' && of !== null && !Array.isArray(of);
const text = (of: unknown): string | null => (typeof of === 'string' && of !== '' ? of : null);
const number = (of: unknown): number | null => (typeof of === 'number' && Number.isFinite(of) ? of : null);
const when = (of: unknown): number | null => {
  const ms = typeof of === 'string' ? Date.parse(of) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
};

/** {protocol, port, share}, "tcp/23", "23/tcp" or 23. */
export function portFrom(of: unknown): CampaignPort | null {
  if (typeof of === 'number') return { port: of, protocol: 'tcp', part: null };
  if (typeof of === 'string') {
    const found = /^(?:(tcp|udp|icmp)\/)?(\d+)(?:\/(tcp|udp|icmp))?$/.exec(of);
    return found ? { port: Number(found[2]), protocol: found[1] ?? found[3] ?? 'tcp', part: null } : null;
  }
  if (!isRecord(of) || typeof of['port'] !== 'number') return null;
  return { port: of['port'], protocol: text(of['protocol']) ?? 'tcp', part: number(of['share']) };
}

/** Ports with packets have shares of all packets to ports that are told. */
function portsFrom(of: unknown): CampaignPort[] {
  const all = Array.isArray(of) ? (of as unknown[]) : [];
  const packets = (each: unknown) => (isRecord(each) ? number(each['packets']) : null);
  const sum = all.reduce<number>((total, each) => total + (packets(each) ?? 0), 0);
  return all.flatMap((each) => {
    const port = portFrom(each);
    const count = packets(each);
    return port === null ? [] : [{ ...port, part: port.part ?? (count === null || sum === 0 ? null : count / sum) }];
  });
}

function quirkText(of: unknown): string {
  if (isRecord(of)) return Object.entries(of).filter(([, each]) => each !== null && each !== '').map(([name, each]) => `${name} ${String(each)}`).join(' · ');
  return Array.isArray(of) ? of.map(String).join(' · ') : (text(of) ?? '');
}

function campaignFrom(of: unknown): Campaign | null {
  if (!isRecord(of)) return null;
  const name = text(of['name']);
  if (name === null) return null;
  const told = of['member_sources'] ?? (isRecord(of['members']) ? of['members']['first'] : of['members']);
  const members = (Array.isArray(told) ? told : []).flatMap((each: unknown) =>
    typeof each === 'string' ? [each] : isRecord(each) ? [text(each['source']) ?? text(each['address']) ?? ''].filter(Boolean) : []);
  const count = (isRecord(of['members']) ? number(of['members']['count']) : null) ?? number(of['member_count']) ?? number(of['members']) ?? number(of['count']) ?? number(of['sources']) ?? members.length;
  const growth = (Array.isArray(of['growth']) ? of['growth'] : []).flatMap((each: unknown) => {
    const at = isRecord(each) ? when(each['time'] ?? each['hour'] ?? each['begin']) : null;
    const value = isRecord(each) ? (number(each['members']) ?? number(each['sources']) ?? number(each['count'])) : null;
    return at === null || value === null ? [] : [{ at, members: value }];
  });
  return {
    id: text(of['id']) ?? name,
    name,
    ports: portsFrom(of['ports']),
    count,
    members,
    quirk: quirkText(of['quirk']),
    tool: text(of['tool']),
    class: text(of['class']),
    packets: number(of['packets']),
    confidence: number(of['confidence']),
    networks: number(of['networks']),
    systems: number(of['systems']),
    countries: number(of['countries']),
    description: text(of['description']) ?? '',
    isSynchronous: of['synchronous'] === true,
    first: when(of['first']),
    last: when(of['last']),
    growth: growth.sort((a, b) => a.at - b.at),
  };
}

export function campaignsFrom(answer: unknown): Campaign[] {
  const rows = isRecord(answer) ? (answer['rows'] ?? answer['campaigns']) : null;
  return Array.isArray(rows) ? rows.flatMap((each: unknown) => campaignFrom(each) ?? []) : [];
}

/** How many had come by the end of each hour, from the first in which some came to the last, or to `until`. */
export function hourly(of: Campaign['growth'], until: number | null = null): { times: number[]; members: number[] } {
  const first = of[0];
  const last = of[of.length - 1];
  if (!first || !last) return { times: [], members: [] };
  const known = new Map(of.map((each) => [each.at, each.members]));
  const times: number[] = [];
  const members: number[] = [];
  let sum = 0;
  const end = Math.max(last.at, until ?? 0);
  for (let at = first.at; at <= end && times.length < 24 * 370; at += 3600_000) {
    sum += known.get(at) ?? 0;
    times.push(at / 1000);
    members.push(sum);
  }
  return { times, members };
}

/**
 * Members at its end against those in the middle of its time, by whole hours: 1 is nobody new, 2 as many as before. The first
 * hour alone is a part of an hour and says nothing. Null: fewer than four hours.
 */
export function growthFactor(of: Campaign['growth']): number | null {
  const { members } = hourly(of);
  const all = members[members.length - 1] ?? 0;
  const half = members[Math.floor(members.length / 2) - 1] ?? 0;
  return members.length < 4 || half === 0 ? null : all / half;
}

/** The condition that means its traffic: its tool and its ports. */
export function termOf(of: Campaign): string | null {
  const ports = [...new Set(of.ports.map((each) => each.port))];
  const parts = [
    of.tool && `tool == ${/^[\w.:/+-]+$/.test(of.tool) ? of.tool : `"${of.tool.replace(/(["\\])/g, '\\$1')}"`}`,
    ports.length === 1 ? `port == ${ports[0]}` : ports.length > 1 ? `port in {${ports.join(', ')}}` : null,
  ].filter(Boolean);
  return parts.length === 0 ? null : parts.join(' and ');
}
