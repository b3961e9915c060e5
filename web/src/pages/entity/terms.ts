// What a page of a thing is about, and the conditions that say it in the filter language. Pure.

export type EntityKind = 'host' | 'prefix' | 'as' | 'country' | 'port';

export interface Entity {
  kind: EntityKind;
  /** "192.0.2.7", "192.0.2.0/24", "4134", "JP", "3389/tcp". */
  name: string;
  /** The condition on packets and statistics, on scan events, on attacks. */
  packets: string;
  events: string;
  attacks: string;
  port?: { port: number; protocol: string };
}

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const v4 = new RegExp(`^(?:${octet}\\.){3}${octet}$`);
const isV6 = (of: string) => /^[0-9a-f:]*:[0-9a-f:]*$/i.test(of) && of.length <= 39 && of.split('::').length <= 2 && !of.includes(':::');

export const isAddress = (of: string): boolean => v4.test(of) || isV6(of);
export function isPrefix(of: string): boolean {
  const found = /^([^/]+)\/(\d{1,3})$/.exec(of);
  if (!found) return false;
  const [address, length] = [found[1] ?? '', Number(found[2])];
  return (v4.test(address) && length <= 32) || (isV6(address) && length <= 128);
}

const same = (kind: EntityKind, name: string, term: string): Entity => ({ kind, name, packets: term, events: term, attacks: term });

/** The thing that the parts of a path name; null: it names none. */
export function entityOf(kind: EntityKind, parts: Readonly<Record<string, string>>): Entity | null {
  const name = (parts['name'] ?? '').trim();
  switch (kind) {
    case 'host':
      return isAddress(name) ? same(kind, name.toLowerCase(), `src == ${name.toLowerCase()}`) : null;
    case 'prefix':
      return isPrefix(name) ? same(kind, name.toLowerCase(), `src in ${name.toLowerCase()}`) : null;
    case 'as': {
      const number = /^(?:AS)?(\d{1,10})$/i.exec(name)?.[1];
      return number !== undefined && Number(number) < 2 ** 32 ? same(kind, String(Number(number)), `as == ${Number(number)}`) : null;
    }
    case 'country':
      return /^[a-z]{2}$/i.test(name) ? same(kind, name.toUpperCase(), `country == ${name.toUpperCase()}`) : null;
    case 'port': {
      const protocol = (parts['protocol'] ?? '').toLowerCase();
      const port = /^\d{1,5}$/.test(name) ? Number(name) : 65536;
      if (port > 65535 || !/^(tcp|udp)$/.test(protocol)) return null;
      return {
        kind, name: `${port}/${protocol}`, port: { port, protocol },
        packets: `dst.port == ${port} and protocol == ${protocol}`,
        events: `port == ${port} and protocol == ${protocol}`,
        attacks: `port == ${port} and protocol == ${protocol}`,
      };
    }
  }
}

/** The /24 or /64 of an address: its neighbours in the network. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const all = tail === undefined ? before : [...before, ...new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after];
  const part = all.slice(0, 4).map((each) => Number.parseInt(each, 16).toString(16));
  while (part.length > 0 && part[part.length - 1] === '0') part.pop();
  return `${part.join(':')}::/64`;
}
