import { expect, it } from 'vitest';
import { bounded, pressed } from './brush';

it('a rectangle is begun, moved and grown by keys, and stays within', () => {
  const first = pressed(null, 'ArrowDown', false, 4, 3);
  expect(first).toEqual({ fromX: 0, fromY: 0, x: 0, y: 0 });
  const moved = pressed(first, 'ArrowRight', false, 4, 3);
  expect(moved).toEqual({ fromX: 1, fromY: 0, x: 1, y: 0 });
  const grown = pressed(pressed(moved, 'ArrowDown', true, 4, 3), 'ArrowRight', true, 4, 3);
  expect(grown && bounded(grown)).toEqual({ left: 1, right: 2, top: 0, bottom: 1 });
  expect(pressed(first, 'ArrowUp', false, 4, 3)).toEqual(first);
  expect(pressed(first, 'Enter', false, 4, 3)).toBeNull();
});
