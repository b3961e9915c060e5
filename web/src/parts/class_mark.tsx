// The mark of a class of traffic: a shape in its colour, and its word.
import { className } from '../language';
import { classColor, markOf, type Shape } from '../look/palette';

const shapes: Record<Shape, preact.JSX.Element> = {
  circle: <circle cx="5" cy="5" r="3.8" fill="currentColor" />,
  diamond: <path d="M5 .6L9.4 5 5 9.4.6 5z" fill="currentColor" />,
  triangle: <path d="M5 1l4.3 7.800H.7z" fill="currentColor" />,
  square: <path d="M1.3 1.300h7.400v7.400H1.300z" fill="currentColor" />,
  ring: <circle cx="5" cy="5" r="3.3" fill="none" stroke="currentColor" stroke-width="1.8" />,
  cross: <path d="M1.5 1.500l7 7M8.5 1.500l-7 7" stroke="currentColor" stroke-width="2" fill="none" />,
  bar: <path d="M.8 3.400h8.400v3.200H.8z" fill="currentColor" />,
  dot: <circle cx="5" cy="5" r="2" fill="currentColor" />,
};

export const shapeOf = (of: Shape): preact.JSX.Element => shapes[of];

export function ClassMark({ of, isShort = false }: { of: string; isShort?: boolean }) {
  return (
    <span class="class-mark" title={className(of)}>
      <svg width="10" height="10" viewBox="0 0 10 10" style={{ color: classColor(of) }} aria-hidden="true">
        {shapes[markOf(of).shape]}
      </svg>
      {!isShort && className(of)}
    </span>
  );
}
