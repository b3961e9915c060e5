import { afterEach, describe, expect, it } from 'vitest';
import { language, zone } from '../state/settings';
import { age, countryName, percent, round, short, spanText, time, whole } from './format';

afterEach(() => {
  language.value = 'en';
  zone.value = 'UTC';
});

describe('numbers', () => {
  it('have three digits when they are short', () => {
    expect([0, 7, 999, 1000, 1234, 99_960, 123_456, 999_600, 1.2e6, 3.4e12, 0.123, 0.0123, -0.00001].map(short)).toEqual([
      '0', '7', '999', '1.00 k', '1.23 k', '100 k', '123 k', '1.00 M', '1.20 M', '3.40 T', '0.12', '0.012', '-1.0e-5',
    ]);
    expect([short(null), whole(Number.NaN), whole(1234567)]).toEqual(['–', '–', '1,234,567']);
    expect([percent(0.1234), percent(0.0123)]).toEqual(['12 %', '1.2 %']);
  });
  it('are counted by ten thousands in Japanese', () => {
    language.value = 'ja';
    expect([7, 999.7, 1234, 9_996, 12_345, 1_234_567, 1.2e8, 3.4e12, 0.5].map(short)).toEqual(['7', '1,000', '1,234', '1.00万', '1.23万', '123万', '1.20億', '3.40兆', '0.50']);
  });
  it('have no zeros at axes that say nothing', () => {
    expect([0, 0.25, 0.5, 10, 100, 1000, 2500, 12_000, 100_000, 1e6].map(round)).toEqual(['0', '0.25', '0.5', '10', '100', '1 k', '2.5 k', '12 k', '100 k', '1 M']);
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
  it('say the day of an end only where it is another', () => {
    expect(spanText('2026-01-15T09:30:00Z', '2026-01-15T10:00:00Z')).toBe('2026-01-15 09:30 – 10:00 UTC');
    expect(spanText('2026-01-15T23:30:00Z', '2026-01-16T00:30:00Z')).toBe('2026-01-15 23:30 – 2026-01-16 00:30 UTC');
    expect(spanText(null, null)).toBe('– – –');
    zone.value = 'JST';
    expect(spanText('2026-01-15T14:30:00Z', '2026-01-15T15:30:00Z')).toBe('2026-01-15 23:30 – 2026-01-16 00:30 JST');
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
