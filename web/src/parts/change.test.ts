import { describe, expect, it } from 'vitest';
import { changeOf, changeText } from './change';

describe('changes', () => {
  it('are up, down, new, or none', () => {
    expect([changeOf(110, 100), changeOf(50, 100), changeOf(5, 0), changeOf(102, 100), changeOf(0, 0)].map((each) => each?.kind)).toEqual([
      'up', 'down', 'new', 'same', 'same',
    ]);
    expect([changeOf(5, null), changeOf(5, undefined)]).toEqual([null, null]);
  });
  it('are written so that large ones can be read', () => {
    const texts = [[110, 100], [50, 100], [830, 100], [5000, 100], [101, 100]].map(([a, b]) => changeText(changeOf(a ?? 0, b)!));
    expect(texts).toEqual(['+10 %', '−50 %', '×8.3', '×50', '±0']);
  });
});
