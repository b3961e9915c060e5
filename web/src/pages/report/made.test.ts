import { describe, expect, it } from 'vitest';
import { byPeriod, type Written } from './file';
import { neighbour } from './made';

const period = { kind: 'month', name: '2026-02', from: '2026-02-01T00:00:00Z', to: '2026-03-01T00:00:00Z' } as const;

describe('reports', () => {
  it('knows the periods beside one', () => {
    expect(neighbour(period, -1)).toBe('2026-01-31');
    expect(neighbour(period, 1)).toBe('2026-03-01');
    expect(neighbour({ ...period, from: null }, -1)).toBe('');
  });
  it('shows the files of a language, by period', () => {
    const file = (name: string, language: Written['language'], format: Written['format']): Written =>
      ({ file: `kizashi-${name}`, period: { kind: 'month', name }, format, language, bytes: 1 });
    const rows = [file('2026-02', 'en', 'html'), file('2026-02', 'ja', 'html'), file('2026-02', null, 'json'), file('2026-01', 'ja', 'pdf')];
    expect(byPeriod(rows, 'en')).toEqual([{ name: '2026-02', files: [rows[0], rows[2]] }]);
    expect(byPeriod(rows, 'ja').map((each) => [each.name, each.files.length])).toEqual([['2026-02', 2], ['2026-01', 1]]);
    expect(byPeriod([], 'en')).toEqual([]);
  });
});
