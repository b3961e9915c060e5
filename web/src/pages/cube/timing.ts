// How long packets of live frames are seen, and how many, by what draws them.
import type { Timing } from './marks';

export type DrawnBy = 'none' | 'software' | 'card';

/** Marks in the picture at most: what a processor draws at 30 pictures a second beside all else, and what a graphics card does. */
export const mostMarks: Readonly<Record<DrawnBy, number>> = { none: 5000, software: 5000, card: 50_000 };
export const liveTiming: Readonly<Record<DrawnBy, Timing>> = {
  card: { flight: 1800, glow: 6000 }, software: { flight: 1800, glow: 3200 }, none: { flight: 1800, glow: 6000 },
};
