import { expect, it } from 'vitest';
import { enginesFrom } from './engines';

it('engines are read with care', () => {
  const one = { name: 'surge', version: 1, title: 'More sources', paper: 'A 2020', page: 'docs/engines/surge.md', options: [] };
  expect(enginesFrom({ engines: [one, { title: 'x' }, null, 3, { name: 'nmf' }] })).toEqual([
    { name: 'surge', title: 'More sources', paper: 'A 2020', page: 'docs/engines/surge.md' },
    { name: 'nmf', title: '', paper: '', page: '' },
  ]);
  for (const each of [null, 3, 'x', [], {}, { engines: {} }]) expect(enginesFrom(each)).toEqual([]);
});
