import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

vi.stubGlobal('location', { pathname: '/', search: '', origin: 'http://localhost' });
vi.stubGlobal('addEventListener', () => undefined);
const { examples, fields, glossary } = await import('./texts');
const { placeOf, steps } = await import('./tour');

describe('help', () => {
  it('has each word once, in both languages', () => {
    expect(new Set(glossary.map((each) => each.key)).size).toBe(glossary.length);
    for (const each of [...glossary, ...examples, ...fields]) {
      expect(each.text.en.trim()).not.toBe('');
      expect(each.text.ja.trim()).not.toBe('');
    }
  });
  it('names fields that the filter language has', () => {
    const known = readFileSync(join(import.meta.dirname, '../../../../docs/filter.md'), 'utf8');
    for (const each of fields.flatMap((of) => of.name.split(', '))) expect(known).toContain(`\`${each}\``);
  });
  it('keeps the card of the tour in the window', () => {
    for (const box of [{ left: 1300, top: 0, width: 100, height: 30 }, { left: 0, top: 50, width: 180, height: 850 }, { left: 400, top: 860, width: 50, height: 30 }]) {
      const { left, top } = placeOf(box, 1440, 900);
      expect(left).toBeGreaterThanOrEqual(12);
      expect(left + 340).toBeLessThanOrEqual(1440);
      expect(top).toBeGreaterThanOrEqual(12);
      expect(top + 210).toBeLessThanOrEqual(900);
    }
    expect(steps.length).toBe(7);
  });
});
