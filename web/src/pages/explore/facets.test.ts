import { expect, it } from 'vitest';
import { facetOf, flagsText, perPart } from './facets';

it('values are counted once a row, the most frequent first', () => {
  const rows = [{ of: ['a', 'a'] }, { of: ['b', 'a'] }, { of: [null] }, { of: [] }];
  expect(facetOf(rows, (row) => row.of, 2)).toEqual([{ value: 'a', count: 2 }, { value: 'b', count: 1 }]);
});
it('rows are counted by when they ended', () => {
  expect(perPart(['1970-01-01T00:00:01Z', '1970-01-01T00:00:03.9Z', '1970-01-01T00:00:04Z', null], 0, 4000, 2)).toEqual({ times: [0, 2], counts: [1, 1] });
});
it('flags are letters from the lowest bit', () => {
  expect(flagsText(0x12)).toBe('SA');
  expect(flagsText(0)).toBe('');
  expect(flagsText(0x29)).toBe('FPU');
});
