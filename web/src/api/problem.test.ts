import { describe, expect, it } from 'vitest';
import { filterPlace, problemOf } from './problem';

describe('problems', () => {
  it('say where in the filter', () => {
    expect(filterPlace('query.filter: filter:1:9: port is "x"; expected a number')).toEqual({
      line: 1, column: 9, message: 'port is "x"; expected a number',
    });
    expect(filterPlace('query.top is not as expected')).toBeNull();
  });
  it('are read from what the server says', () => {
    const found = problemOf(400, '{"detail":"query.top is not as expected","errors":[{"where":"query.top","came":"0","expected":"1"}]}', null);
    expect(found.detail).toBe('query.top is not as expected');
    expect(found.errors).toHaveLength(1);
  });
  it('do without what a stranger says', () => {
    expect(problemOf(502, '<html>', '7')).toMatchObject({ detail: 'HTTP 502', errors: [], retryAfter: 7 });
    expect(problemOf(500, '[1]', 'x').retryAfter).toBeNull();
  });
});
