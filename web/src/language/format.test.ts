import { afterEach, describe, expect, it } from 'vitest';
import { language, zone } from '../state/settings';
import { age, countryName, percent, short, time, whole } from './format';

afterEach(() => {
  language.value = 'en';
  zone.value = 'UTC';
});

describe('numbers', () => {
  it('have three digits when they are short', () => {
    expect([0, 7, 999, 1000, 1234, 99_960, 123_456, 999_600, 1.2e6, 3.4e12, 0.123].map(short)).toEqual([
      '0', '7', '999', '1.00 k', '1.23 k', '100 k', '123 k', '1.00 M', '1.20 M', '3.40 T', '0.12',
    ]);
    expect([short(null), whole(Number.NaN), whole(1234567)]).toEqual(['–', '–', '1,234,567']);
    expect([percent(0.1234), percent(0.0123)]).toEqual(['12 %', '1.2 %']);
  });
});

describe('times', () => {
  const at = Date.UTC(2026, 0, 15, 20, 30, 5);
  it('say their zone', () => {
    expect(time(at)).toBe('2026-01-15 20:30:05 UTC');
    zone.value = 'JST';
    expect(time(at)).toBe('2026-01-16 05:30:05 JST');
    expect(time(at, { date: false, seconds: false })).toBe('05:30 JST');
    expect(time(null)).toBe('–');
  });
  it('have ages in words', () => {
    expect([42, 120, 7200, 200_000].map(age)).toEqual(['42 s', '2 min', '2 h', '2 d']);
    language.value = 'ja';
    expect(age(120)).toBe('2 分');
  });
});

describe('countries', () => {
  it('have names in both languages', () => {
    expect([countryName('JP'), countryName(null), countryName('?')]).toEqual(['Japan', 'not known', '?']);
    language.value = 'ja';
    expect(countryName('JP')).toBe('日本');
  });
});
