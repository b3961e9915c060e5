// Values and how often they are, of rows that are loaded. For events and attacks: the server counts packets only. Pure.

export interface FacetValue {
  value: string | number | null;
  count: number;
}

export function facetOf<T>(rows: readonly T[], values: (row: T) => readonly (string | number | null)[], most: number): FacetValue[] {
  const found = new Map<string | number | null, number>();
  for (const row of rows) for (const value of new Set(values(row))) found.set(value, (found.get(value) ?? 0) + 1);
  return [...found].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count).slice(0, most);
}

/** How many rows end in each of `parts` equal parts of a time. */
export function perPart(times: readonly (string | null)[], from: number, to: number, parts: number): { times: number[]; counts: number[] } {
  const step = (to - from) / parts;
  const counts = new Array<number>(parts).fill(0);
  for (const each of times) {
    const at = Math.floor((Date.parse(each ?? '') - from) / step);
    if (at >= 0 && at < parts) counts[at] = (counts[at] ?? 0) + 1;
  }
  return { times: counts.map((_, i) => (from + i * step) / 1000), counts };
}

const flagLetters = 'FSRPAUEC';
/** "SA" of 0x12; the bits of RFC 9293 from the lowest. */
export const flagsText = (of: number): string => [...flagLetters].filter((_, i) => (of >> i) & 1).join('');
