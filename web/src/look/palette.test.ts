import { afterEach, describe, expect, it } from 'vitest';
import { theme } from '../state/settings';
import { classMarks, logPart, ramp } from './palette';

afterEach(() => {
  theme.value = 'dark';
});

const channel = (of: number) => (of / 255 <= 0.04045 ? of / 255 / 12.92 : ((of / 255 + 0.055) / 1.055) ** 2.4);
const light = ([r, g, b]: readonly number[]) => 0.2126 * channel(r ?? 0) + 0.7152 * channel(g ?? 0) + 0.0722 * channel(b ?? 0);
const rgb = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

describe('the ramp', () => {
  it('changes its lightness in one direction, in both themes', () => {
    for (const each of ['dark', 'light'] as const) {
      theme.value = each;
      const all = Array.from({ length: 51 }, (_, i) => light(ramp(i / 50)));
      const sign = each === 'dark' ? 1 : -1;
      all.slice(1).forEach((of, i) => expect(sign * (of - (all[i] ?? 0))).toBeGreaterThan(0));
    }
  });
});

describe('the classes', () => {
  it('have shapes of their own, and contrast with the ground of 3:1 (WCAG 1.4.11)', () => {
    expect(new Set(classMarks.map((each) => each.shape)).size).toBe(8);
    for (const each of classMarks) {
      expect((light(rgb(each.dark)) + 0.05) / (light(rgb('#11161c')) + 0.05), each.name).toBeGreaterThan(3);
      expect((light(rgb('#ffffff')) + 0.05) / (light(rgb(each.light)) + 0.05), each.name).toBeGreaterThan(3);
    }
  });
});

describe('the place of a count', () => {
  it('is 0 to 1 by its logarithm', () => {
    expect([logPart(0, 100), logPart(100, 100), logPart(1, 1), logPart(500, 100)]).toEqual([0, 1, 1, 1]);
    expect(logPart(9, 99)).toBeCloseTo(0.5);
  });
});
