// What engines call their numbers and series, in the person's language; what is not known stays as it is.
import type { Evidence } from '../../finding/finding';
import { featureName } from '../../finding/reason';
import { short } from '../../language/format';
import { say } from './words';

const known = [
  'counted', 'ratio', 'minutes', 'packets', 'sources', 'networks',
  'known-scanners', 'series', 'method', 'value', 'feature',
  'mean-density', 'sources-looked-at', 'published-level', 'groups', 'largest-group', 'least-share-of-a-group',
  'median-share-of-a-group', 'most-share-of-a-group', 'usual-size-of-a-group-here', 'sources-in-every-group', 'one-destination', 'blocks',
  'sources-seen', 'ports-seen', 'usual-size-of-a-block-here',
  'largest-block', 'intervals-of-the-blocks', 'packets-of-the-members',
] as const;

export function evidenceName(of: string): string {
  const feature = featureName(of);
  if (feature) return feature;
  const key = of.replaceAll(' ', '-');
  const found = known.find((each) => each === key);
  if (found) return say(`evidence.${found}`);
  const threshold = /^density at (.+)$/.exec(of)?.[1];
  if (threshold) return say('evidence.density-at', { of: threshold });
  return of === 'expected' ? say('evidence.expected-value') : of;
}

/** A number in three digits; a word in the person's language where it is known. */
export function evidenceValue(of: Evidence): string {
  if (typeof of.value === 'number') return short(of.value);
  return of.value === 'yes' || of.value === 'no' ? say(`evidence-value.${of.value}`) : evidenceName(of.value);
}
