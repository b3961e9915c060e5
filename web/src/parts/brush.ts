// A rectangle over cells, by mouse or keys. Pure.

export interface Brush {
  /** Where it was begun, and where it is: columns and rows. */
  fromX: number;
  fromY: number;
  x: number;
  y: number;
}

export const bounded = (of: Brush) => ({
  left: Math.min(of.fromX, of.x), right: Math.max(of.fromX, of.x), top: Math.min(of.fromY, of.y), bottom: Math.max(of.fromY, of.y),
});

/** Arrows move one cell; with Shift the rectangle grows. Null: the key is another's. */
export function pressed(of: Brush | null, key: string, isShifted: boolean, columns: number, rows: number): Brush | null {
  const steps: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const step = steps[key];
  if (!step) return null;
  if (!of) return { fromX: 0, fromY: 0, x: 0, y: 0 };
  const x = Math.max(0, Math.min(columns - 1, of.x + step[0]));
  const y = Math.max(0, Math.min(rows - 1, of.y + step[1]));
  return isShifted ? { ...of, x, y } : { fromX: x, fromY: y, x, y };
}
