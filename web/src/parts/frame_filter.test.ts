import { describe, expect, it } from 'vitest';
import type { Frame } from '../stream/frames';
import { frameFilter } from './frame_filter';

const letters = (of: string) => of.charCodeAt(0) + 256 * of.charCodeAt(1);
const packets = [
  { source: 0xc0000207, from: 40000, to: 23, protocol: 6, class: 0, tool: 3, country: 'JP' },
  { source: 0x0a000001, from: 53, to: 4444, protocol: 17, class: 1, tool: 0, country: 'US' },
  { source: 0xcb007105, from: 0, to: 0, protocol: 1, class: 0, tool: 0, country: '' },
];
const frame = {
  source: new Uint32Array(packets.map((each) => each.source)),
  sourcePort: new Uint16Array(packets.map((each) => each.from)),
  destinationPort: new Uint16Array(packets.map((each) => each.to)),
  protocol: new Uint8Array(packets.map((each) => each.protocol)),
  class: new Uint8Array(packets.map((each) => each.class)),
  tool: new Uint16Array(packets.map((each) => each.tool)),
  isV6: new Uint8Array(3),
  country: new Uint16Array(packets.map((each) => (each.country ? letters(each.country) : 0))),
} as Frame;
const tools = new Map([['mirai', 3]]);
const passed = (text: string) => {
  const of = frameFilter(text, tools);
  if (of === null) return 'not understood';
  return of.missing.length > 0 ? of.missing : [0, 1, 2].filter((i) => of.test(frame, i));
};

describe('the filter on live frames', () => {
  it.each([
    ['', [0, 1, 2]],
    ['port 23', [0]],
    ['dst.port in {23, 4000..5000}', [0, 1]],
    ['port != 23', [1, 2]],
    ['dst.port < 100', [0]],
    ['src in 192.0.2.0/24 or src == 10.0.0.1', [0, 1]],
    ['src not in 192.0.2.0..203.0.113.255', [1]],
    ['country in {JP, US} and protocol == tcp', [0]],
    ['country == none', [2]],
    ['class == backscatter', [1]],
    ['tool == mirai', [0]],
    ['tool == none && !(proto icmp)', [1]],
    ['not country == "JP"', [1, 2]],
    ['(port 53 or port 23) and not class scan', [1]],
  ])('%s', (text, expected) => expect(passed(text)).toEqual(expected));

  it('says which fields frames do not have', () => {
    expect(passed('port 23 and ttl > 64 and not spoofable')).toEqual(['ttl', 'spoofable']);
  });
  it('leaves mistakes to the server', () => {
    for (const text of ['port ==', '(port 23', 'port 23 port 24 )', 'port == x', 'src == 1.2.3']) expect(passed(text), text).toBe('not understood');
  });
});
