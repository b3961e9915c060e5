// What an address (or a prefix) is, by what the telescope saw of it, and on what that stands. Pure: rules in order, no
// learning, so that each verdict can be checked by hand.
import type { Schemas } from '../../api/types';

export type Known = Pick<Schemas['host'], 'packets' | 'destinations' | 'classes' | 'fingerprints' | 'known_scanners' | 'ports' | 'port_count' | 'event_count'>;
export type VerdictKind =
  | 'unseen' | 'listed' | 'infected' | 'scanner' | 'amplifier' | 'payload' | 'victim' | 'misconfigured' | 'forged' | 'unclear';

/** A sentence of the dictionary ("why.KEY") with what it is filled with. */
export interface Reason {
  key: 'listed' | 'class' | 'mark' | 'ports' | 'one-port' | 'breadth' | 'events' | 'none';
  values: Record<string, string | number>;
  /** Of its packets: 0 to 1, where the reason is a share. */
  part?: number;
}
export interface Verdict {
  kind: VerdictKind;
  /** The share of the packets that agree, 0 to 1; null: nothing came. */
  part: number | null;
  reasons: Reason[];
}

const byClass: Record<string, VerdictKind> = {
  scan: 'scanner', 'amplifier-probe': 'amplifier', payload: 'payload', backscatter: 'victim',
  misconfiguration: 'misconfigured', unroutable: 'forged',
};

/** A mark on fewer of the packets than this is told, and decides nothing. */
const leastMark = 0.02;

/** `malware`: fingerprints that say malware and not a tool. */
export function verdictOf(of: Known, malware: ReadonlySet<string>): Verdict {
  if (of.packets === 0) return { kind: 'unseen', part: null, reasons: [{ key: 'none', values: {} }] };
  const part = (packets: number) => Math.min(1, packets / of.packets);
  const reasons: Reason[] = [];
  const listed = of.known_scanners[0];
  if (listed) reasons.push({ key: 'listed', values: { who: listed.organisation }, part: part(listed.packets) });
  const marks = [...of.fingerprints].sort((a, b) => b.packets - a.packets);
  for (const each of marks.slice(0, 3)) reasons.push({ key: 'mark', values: { name: each.name }, part: part(each.packets) });
  const classes = [...of.classes].sort((a, b) => b.packets - a.packets);
  for (const each of classes.slice(0, 2))
    if (part(each.packets) >= leastMark) reasons.push({ key: 'class', values: { class: each.class }, part: part(each.packets) });
  const port = of.ports[0];
  if (port)
    reasons.push(of.port_count === 1
      ? { key: 'one-port', values: { port: `${port.port}/${port.protocol}` } }
      : { key: 'ports', values: { count: of.port_count, port: `${port.port}/${port.protocol}` }, part: part(port.packets) });
  reasons.push({ key: 'breadth', values: { count: of.destinations } });
  if (of.event_count > 0) reasons.push({ key: 'events', values: { count: of.event_count } });

  const infected = marks.find((each) => malware.has(each.name) && part(each.packets) >= leastMark);
  const first = classes[0];
  if (listed && part(listed.packets) >= 0.5) return { kind: 'listed', part: part(listed.packets), reasons };
  if (infected) return { kind: 'infected', part: part(infected.packets), reasons };
  return { kind: (first && byClass[first.class]) ?? 'unclear', part: first ? part(first.packets) : null, reasons };
}
