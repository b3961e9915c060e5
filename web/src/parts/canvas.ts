// A canvas that is as large as its place, sharp on any screen, and drawn again when its place or the theme changes.
import { useEffect, useRef } from 'preact/hooks';
import { theme } from '../state/settings';

export type Draw = (on: CanvasRenderingContext2D, width: number, height: number) => void;

/** `of` are the things that the drawing depends on. */
export function useCanvas(draw: Draw, of: readonly unknown[]) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef(draw);
  last.current = draw;
  const paint = () => {
    const at = canvas.current;
    const on = at?.getContext('2d');
    if (!at || !on) return;
    const { width, height } = at.getBoundingClientRect();
    const scale = devicePixelRatio || 1;
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (at.width !== w || at.height !== h) [at.width, at.height] = [w, h];
    on.setTransform(scale, 0, 0, scale, 0, 0);
    on.clearRect(0, 0, width, height);
    if (width > 0 && height > 0) last.current(on, width, height);
  };
  useEffect(() => {
    if (!canvas.current) return;
    const watch = new ResizeObserver(paint);
    watch.observe(canvas.current);
    return () => watch.disconnect();
  }, []);
  useEffect(paint, [...of, theme.value]);
  return canvas;
}
