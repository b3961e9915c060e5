// Scales that several pictures share. Pure.

/** Where a port lies, 0 to 1: by its logarithm, so that the services below 10,000 have most of the room; or evenly. */
export function portPart(port: number, isEven = false): number {
  return isEven ? port / 65535 : Math.log1p(port / portBend) / Math.log1p(65535 / portBend);
}
/** Up to about this port the scale is even. */
export const portBend = 256;

/** The port at a place. */
export function portAt(part: number, isEven = false): number {
  const of = isEven ? part * 65535 : portBend * Math.expm1(part * Math.log1p(65535 / portBend));
  return Math.min(65535, Math.max(0, Math.round(of)));
}

/** 1, 10, 100, … up to `most`. */
export function powersOfTen(most: number): number[] {
  const out: number[] = [];
  for (let each = 1; each <= most; each *= 10) out.push(each);
  return out;
}
