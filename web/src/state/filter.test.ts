import { describe, expect, it } from 'vitest';
import { anyOf, hasTerm, negate, term, termsOf, valuesOf, withOnly, withTerm, withoutTerm } from './filter';

describe('terms of a filter', () => {
  it('are what "and" joins at the top', () => {
    expect(termsOf('port == 23 and (country == JP or country == KR) && tool == mirai')).toEqual([
      'port == 23', '(country == JP or country == KR)', 'tool == mirai',
    ]);
    expect(termsOf('scanner == "Sand and Sea" and band == 1')).toEqual(['scanner == "Sand and Sea"', 'band == 1']);
    expect(termsOf('a == 1 or b == 2 and c == 3')).toEqual(['a == 1 or b == 2 and c == 3']);
    expect(termsOf('  ')).toEqual([]);
    expect(termsOf('sensor == north-and-south and port == 23')).toEqual(['sensor == north-and-south', 'port == 23']);
    expect(termsOf('scanner == "a \\" and b"')).toHaveLength(1);
  });
  it('are added once, and put in brackets where needed', () => {
    expect(withTerm('', 'port == 23')).toBe('port == 23');
    expect(withTerm('port == 23', 'port == 23')).toBe('port == 23');
    expect(withTerm('a == 1 or b == 2', 'port == 23')).toBe('(a == 1 or b == 2) and port == 23');
    expect(withTerm('port != 23 and x == 1', 'port == 23')).toBe('x == 1 and port == 23');
  });
  it('are taken away', () => {
    expect(withoutTerm('port == 23 and country == JP', 'port == 23')).toBe('country == JP');
    expect(hasTerm('port == 23 and country == JP', 'country == JP')).toBe(true);
    expect(hasTerm('port == 234', 'port == 23')).toBe(false);
  });
  it('have a contrary that has the term as its own', () => {
    for (const each of ['port == 23', 'src in 192.0.2.0/24']) expect(negate(negate(each))).toBe(each);
    expect(negate('ongoing')).toBe('not (ongoing)');
    expect(negate('scanner == "a != b"')).toBe('scanner != "a != b"');
  });
  it('quote what is no plain word', () => {
    expect(term('scanner', 'A "B" C')).toBe('scanner == "A \\"B\\" C"');
    expect(term('country', null)).toBe('country == none');
    expect(term('src', '2001:db8::1')).toBe('src == 2001:db8::1');
  });
});

describe('conditions on one field', () => {
  it('of several values', () => {
    expect(anyOf('country', ['JP'])).toBe('country == JP');
    expect(anyOf('country', ['CN', null])).toBe('country in {CN, none}');
    expect(valuesOf('country in {CN, JP} and port == 23', 'country')).toEqual(['CN', 'JP']);
    expect(valuesOf('scanner in {"A, \\"B\\"", C}', 'scanner')).toEqual(['A, "B"', 'C']);
    expect(valuesOf('scanner == "University of Michigan"', 'scanner')).toEqual(['University of Michigan']);
    expect(valuesOf('country != CN and country == JP', 'country')).toEqual(['JP']);
  });
  it('take the place of those before', () => {
    expect(withOnly('port == 23 and country in {CN, JP}', 'country', 'country == US')).toBe('port == 23 and country == US');
    expect(withOnly('country == CN', 'country', null)).toBe('');
    expect(withOnly('dst.port == 2 and dstxport == 3', 'dst.port', null)).toBe('dstxport == 3');
  });
});
