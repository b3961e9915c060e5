import { expect, it } from 'vitest';
import { labelled } from './picture';

it('labels of bands stand apart, single ports before ranges', () => {
  const bands = [[0, 21], [22, 22], [23, 23], [24, 79], [80, 80]].map(([low, high]) => ({ low: low ?? 0, high: high ?? 0, label: '' }));
  expect([...labelled(bands, 10, 10)].sort()).toEqual([0, 1, 2, 3, 4]);
  expect([...labelled(bands, 5, 10)].sort()).toEqual([1, 4]);
  expect([...labelled(bands, 5, 100)]).toEqual([1]);
  expect([...labelled([], 5, 100)]).toEqual([]);
});
