import { describe, expect, it } from 'vitest';
import { withTerm } from '../../state/filter';
import { entityOf, isAddress, isPrefix, networkOf } from './terms';

describe('what a path names', () => {
  it('is an address, a prefix, a network, a country or a port', () => {
    expect(entityOf('host', { name: '198.51.100.7' })?.packets).toBe('src == 198.51.100.7');
    expect(entityOf('prefix', { name: '2001:DB8::/32' })?.packets).toBe('src in 2001:db8::/32');
    expect(entityOf('as', { name: 'AS4134' })).toMatchObject({ name: '4134', packets: 'as == 4134' });
    expect(entityOf('country', { name: 'jp' })?.events).toBe('country == JP');
    expect(entityOf('port', { name: '3389', protocol: 'TCP' })).toMatchObject({
      packets: 'dst.port == 3389 and protocol == tcp', events: 'port == 3389 and protocol == tcp' });
  });
  it('is nothing else', () => {
    for (const each of ['198.51.100', '198.51.100.256', '1.2.3.4/24', 'x', '1:::2'])
      expect(isAddress(each), each).toBe(false);
    for (const each of ['198.51.100.0', '198.51.100.0/33', '::/129', '/24']) expect(isPrefix(each), each).toBe(false);
    expect(entityOf('as', { name: '4294967296' })).toBeNull();
    expect(entityOf('country', { name: 'JPN' })).toBeNull();
    expect(entityOf('port', { name: '65536', protocol: 'tcp' })).toBeNull();
    expect(entityOf('port', { name: '80', protocol: 'icmp' })).toBeNull();
  });
  it('goes beside a filter without changing what that says', () => {
    const of = entityOf('country', { name: 'JP' });
    expect(withTerm('port == 1 or port == 2', of?.packets ?? '')).toBe('(port == 1 or port == 2) and country == JP');
  });
});

describe('the network around an address', () => {
  it('is its /24 or its /64', () => {
    expect(networkOf('198.51.100.7')).toBe('198.51.100.0/24');
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:db8::1')).toBe('2001:db8::/64');
    expect(networkOf('::1')).toBe('::/64');
  });
});
