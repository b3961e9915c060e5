// Why the size of an attack is estimated, or is not, in words.
import { say } from './words';

const scalings = ['done', 'no-darknet', 'few-packets', 'not-uniform'] as const;
export const scalingText = (of: string): string => {
  const known = scalings.find((each) => each === of);
  return known ? say(`scaling.${known}`) : of;
};
