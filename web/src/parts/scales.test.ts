import { describe, expect, it } from 'vitest';
import { portAt, portPart, powersOfTen } from './scales';

describe('the scale of ports', () => {
  it('goes there and back', () => {
    for (const isEven of [true, false])
      for (const port of [0, 1, 23, 445, 3389, 65535]) expect(portAt(portPart(port, isEven), isEven)).toBe(port);
    expect([portPart(0), portPart(65535), portPart(0, true), portPart(65535, true)]).toEqual([0, 1, 0, 1]);
  });
  it('gives the services room', () => {
    expect(portPart(1024)).toBeGreaterThan(0.25);
    expect(portPart(1024, true)).toBeLessThan(0.02);
  });
});

describe('powers of ten', () => {
  it('end at the most', () => {
    expect(powersOfTen(1000)).toEqual([1, 10, 100, 1000]);
    expect(powersOfTen(99)).toEqual([1, 10]);
  });
});
