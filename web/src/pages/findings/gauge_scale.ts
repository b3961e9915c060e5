// Where a score is on the bar of its threshold, by the logarithm of their ratio. Pure.

/** Of the bar, where the threshold is; its end is `mostRatio` times the threshold. */
export const thresholdAt = 0.25;
const mostRatio = 1000;

/** 0 to 1. */
export function placeOf(score: number, threshold: number): number {
  if (score <= threshold) return thresholdAt * Math.max(0, score / threshold);
  return Math.min(1, thresholdAt + (1 - thresholdAt) * (Math.log(score / threshold) / Math.log(mostRatio)));
}
