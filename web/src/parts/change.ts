// How a number changed against the same span before. Pure.

export interface Change {
  kind: 'new' | 'up' | 'down' | 'same';
  /** After divided by before, less 1. */
  part: number;
}

/** Null: nothing is known of before. A change of less than a twentieth is none. */
export function changeOf(after: number, before: number | null | undefined): Change | null {
  if (before === null || before === undefined) return null;
  if (before === 0) return after === 0 ? { kind: 'same', part: 0 } : { kind: 'new', part: Number.POSITIVE_INFINITY };
  const part = after / before - 1;
  return { kind: Math.abs(part) < 0.05 ? 'same' : part > 0 ? 'up' : 'down', part };
}

/** "+12 %", "×8.3". */
export function changeText(of: Change): string {
  if (of.kind === 'same') return '±0';
  if (of.part >= 1.5) return `×${(of.part + 1).toFixed(of.part < 9 ? 1 : 0)}`;
  return `${of.part > 0 ? '+' : '−'}${Math.abs(of.part * 100).toFixed(0)} %`;
}
