// The filter language (docs/filter.md) on the packets of live frames, which carry only a few of its fields. A filter
// that asks for others cannot be tried on them: `missing` says which fields those are, and the page asks the store.
import { classMarks } from '../look/palette';
import type { Frame } from '../stream/frames';

export interface FrameFilter {
  test: (frame: Frame, i: number) => boolean;
  /** Fields that frames do not carry; with one of them `test` lets everything through. */
  missing: readonly string[];
}

/** Fingerprints by name: their numbers in a frame. */
export type ToolNumbers = ReadonlyMap<string, number>;
type Test = FrameFilter['test'];
type Token = { kind: 'word' | 'text' | 'sign'; of: string };

const everything: Test = () => true;

/** Null: not an expression of the language; the server says where the mistake is. */
export function frameFilter(text: string, tools: ToolNumbers = new Map()): FrameFilter | null {
  if (text.trim() === '') return { test: everything, missing: [] };
  try {
    const reader = new Reader(tokensOf(text), tools);
    const test = reader.any();
    if (!reader.isAtEnd()) return null;
    return reader.missing.size > 0 ? { test: everything, missing: [...reader.missing] } : { test, missing: [] };
  } catch (wrong) {
    if (wrong instanceof NotUnderstood) return null;
    throw wrong;
  }
}

class NotUnderstood extends Error {}

function tokensOf(text: string): Token[] {
  const out: Token[] = [];
  const all = /\s+|"((?:[^"\\]|\\.)*)"|(&&|\|\||[<>!=]=|[<>!=(){},])|([\w.:/+-]+)/gy;
  for (let at = 0; at < text.length; at = all.lastIndex) {
    all.lastIndex = at;
    const found = all.exec(text);
    if (!found) throw new NotUnderstood();
    if (found[1] !== undefined) out.push({ kind: 'text', of: found[1].replace(/\\(.)/g, '$1') });
    else if (found[2] !== undefined) out.push({ kind: 'sign', of: found[2] });
    else if (found[3] !== undefined) out.push({ kind: 'word', of: found[3] });
  }
  return out;
}

const operators = new Set(['==', '=', '!=', '<', '<=', '>', '>=']);

class Reader {
  private at = 0;
  readonly missing = new Set<string>();
  constructor(private readonly tokens: readonly Token[], private readonly tools: ToolNumbers) {}

  isAtEnd = () => this.at >= this.tokens.length;
  private is(...of: string[]): boolean {
    const token = this.tokens[this.at];
    return token !== undefined && token.kind !== 'text' && of.includes(token.of.toLowerCase());
  }
  private take(...of: string[]): boolean {
    if (!this.is(...of)) return false;
    this.at += 1;
    return true;
  }
  private next(): Token {
    const token = this.tokens[this.at++];
    if (!token) throw new NotUnderstood();
    return token;
  }

  any(): Test {
    const parts = [this.all()];
    while (this.take('or', '||')) parts.push(this.all());
    return parts.length === 1 ? (parts[0] as Test) : (frame, i) => parts.some((each) => each(frame, i));
  }
  private all(): Test {
    const parts = [this.one()];
    while (this.take('and', '&&')) parts.push(this.one());
    return parts.length === 1 ? (parts[0] as Test) : (frame, i) => parts.every((each) => each(frame, i));
  }
  private one(): Test {
    if (this.take('not', '!')) {
      const of = this.one();
      return (frame, i) => !of(frame, i);
    }
    if (this.take('(')) {
      const of = this.any();
      if (!this.take(')')) throw new NotUnderstood();
      return of;
    }
    return this.comparison();
  }
  private comparison(): Test {
    const name = this.next();
    if (name.kind !== 'word') throw new NotUnderstood();
    const field = fieldOf(name.of.toLowerCase(), this.tools);
    let operator = '==';
    const sign = this.tokens[this.at];
    if (sign?.kind === 'sign' && operators.has(sign.of)) operator = this.next().of;
    else if (this.take('not')) {
      if (!this.take('in')) throw new NotUnderstood();
      operator = '!=';
    } else if (!this.take('in') && !this.startsValue()) return this.without(name.of);
    const values = this.values();
    if (field === null) return this.without(name.of);
    return compare(field, operator, values);
  }
  /** A field without a value, or one that frames do not have. */
  private without(name: string): Test {
    this.missing.add(name.toLowerCase());
    return everything;
  }
  private startsValue = () => !this.isAtEnd() && !this.is('and', 'or', '&&', '||', ')', '}');
  private values(): string[] {
    if (!this.take('{')) return [this.value()];
    const out = [this.value()];
    while (this.take(',')) out.push(this.value());
    if (!this.take('}')) throw new NotUnderstood();
    return out;
  }
  private value(): string {
    const of = this.next();
    if (of.kind === 'sign') throw new NotUnderstood();
    return of.of;
  }
}

/** What is compared: numbers of a packet (several: any of them may fit), and what a value's text means. Empty: not there. */
interface Field {
  of: (frame: Frame, i: number) => readonly number[];
  parse: (text: string) => readonly [number, number];
}

const protocols: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, icmpv6: 58, sctp: 132 };

function fieldOf(name: string, tools: ToolNumbers): Field | null {
  const hasPorts = (frame: Frame, i: number) => frame.protocol[i] === 6 || frame.protocol[i] === 17;
  switch (name) {
    case 'port':
      return { of: (frame, i) => (hasPorts(frame, i) ? [frame.sourcePort[i] ?? 0, frame.destinationPort[i] ?? 0] : []), parse: parseNumber };
    case 'dst.port': case 'dport': case 'dstport':
      return { of: (frame, i) => (hasPorts(frame, i) ? [frame.destinationPort[i] ?? 0] : []), parse: parseNumber };
    case 'src.port': case 'sport': case 'srcport':
      return { of: (frame, i) => (hasPorts(frame, i) ? [frame.sourcePort[i] ?? 0] : []), parse: parseNumber };
    case 'src': case 'source': case 'ip.src': case 'victim':
      return { of: (frame, i) => (frame.isV6[i] ? [] : [frame.source[i] ?? 0]), parse: parseAddress };
    case 'country': case 'geo':
      return { of: (frame, i) => [frame.country[i] ?? 0], parse: parseCountry };
    case 'class':
      return { of: (frame, i) => [frame.class[i] ?? 0], parse: (text) => exactly(classMarks.findIndex((each) => each.name === text.toLowerCase())) };
    case 'protocol': case 'proto': case 'ip.proto':
      return { of: (frame, i) => [frame.protocol[i] ?? 0], parse: (text) => (text in protocols ? exactly(protocols[text] ?? -1) : parseNumber(text)) };
    case 'tool': case 'malware': case 'fingerprint':
      return { of: (frame, i) => [frame.tool[i] ?? 0], parse: (text) => exactly(text === 'none' ? 0 : (tools.get(text.toLowerCase()) ?? -1)) };
    case 'ip.version':
      return { of: (frame, i) => [frame.isV6[i] ? 6 : 4], parse: parseNumber };
    default:
      return null;
  }
}

const exactly = (of: number) => [of, of] as const;

function parseNumber(text: string): readonly [number, number] {
  const [low, high = low] = text.split('..');
  const [from, to] = [Number(low), Number(high)];
  if (low === '' || Number.isNaN(from) || Number.isNaN(to)) throw new NotUnderstood();
  return [from, to];
}

export function ipv4Number(text: string): number | null {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((each) => !(each >= 0 && each <= 255))) return null;
  return parts.reduce((sum, each) => sum * 256 + each, 0);
}

function parseAddress(text: string): readonly [number, number] {
  if (text.includes(':')) return [-1, -1];
  const [low = '', high] = text.split('..');
  const [address = '', bits] = low.split('/');
  const from = ipv4Number(address);
  if (from === null) throw new NotUnderstood();
  if (high !== undefined) return [from, ipv4Number(high) ?? -1];
  return [from, from + 2 ** (32 - Number(bits ?? 32)) - 1];
}

const parseCountry = (text: string) =>
  exactly(text === 'none' ? 0 : text.toUpperCase().charCodeAt(0) + 256 * text.toUpperCase().charCodeAt(1));

function compare(field: Field, operator: string, texts: readonly string[]): Test {
  const ranges = texts.map(field.parse);
  const [low, high] = ranges[0] ?? [0, 0];
  const fits = (() => {
    switch (operator) {
      case '<': return (of: number) => of < low;
      case '<=': return (of: number) => of <= high;
      case '>': return (of: number) => of > high;
      case '>=': return (of: number) => of >= low;
      default: return (of: number) => ranges.some(([from, to]) => of >= from && of <= to);
    }
  })();
  const any: Test = (frame, i) => field.of(frame, i).some(fits);
  return operator === '!=' ? (frame, i) => !any(frame, i) : any;
}
