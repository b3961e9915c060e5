import { describe, expect, it } from 'vitest';
import { findPage, match, pages } from './registry';

describe('the pages', () => {
  it('have paths and keys of their own', () => {
    const all = pages.map((each) => each.path);
    expect(new Set(all).size).toBe(all.length);
    const keys = pages.flatMap((each) => (each.key ? [each.key] : []));
    expect(new Set(keys).size).toBe(keys.length);
    expect(pages[0]?.path).toBe('/now');
  });
  it('are found by their path', () => {
    expect(findPage('/')?.page.path).toBe('/now');
    expect(findPage('/nix')).toBeNull();
    expect(match('/address/{address}', '/address/2001%3Adb8%3A%3A1')).toEqual({ address: '2001:db8::1' });
    expect(match('/prefix/{prefix}', '/prefix/192.0.2.0%2F24')).toEqual({ prefix: '192.0.2.0/24' });
    expect(match('/address/{address}', '/address/%')).toBeNull();
    expect(match('/a/{b}', '/a')).toBeNull();
  });
});
