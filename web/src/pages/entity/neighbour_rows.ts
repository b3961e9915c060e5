// What /hosts/{host}/neighbours answers, read with care: a list of a later server may say more. Pure.

export interface Neighbour {
  source: string;
  /** 0 to 1; null: not said. */
  similarity: number | null;
  /** In the same /24 (or /64). */
  isNear: boolean;
  /** "same network", "same class", "same tools", "same ports". */
  why: string[];
}

const isRecord = (of: unknown): of is Record<string, unknown> => typeof of === 'object' && of !== null && !Array.isArray(of);

export function neighboursFrom(answer: unknown): Neighbour[] {
  const rows = isRecord(answer) ? (answer['rows'] ?? answer['neighbours']) : null;
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((each: unknown): Neighbour[] => {
    if (!isRecord(each)) return [];
    const source = each['source'] ?? each['address'];
    if (typeof source !== 'string') return [];
    const similarity = typeof each['similarity'] === 'number' ? Math.min(1, Math.max(0, each['similarity'])) : null;
    const why = Array.isArray(each['why']) ? each['why'].map(String) : typeof each['why'] === 'string' ? [each['why']] : [];
    return [{ source, similarity, isNear: each['near'] === true, why }];
  });
}
