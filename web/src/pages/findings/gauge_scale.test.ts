import { expect, it } from 'vitest';
import { placeOf } from './gauge_scale';

it('the bar has the threshold at a quarter and a thousand times of it at its end', () => {
  expect([0, -1, 4, 8, 8000, 1e9].map((each) => placeOf(each, 8))).toEqual([0, 0, 0.125, 0.25, 1, 1]);
  expect(placeOf(80, 8)).toBeCloseTo(0.5);
});
