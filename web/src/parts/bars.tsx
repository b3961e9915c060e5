// Bars on one line each, or upright in a row: counts by a few kinds, with a pattern for each class where colour means one.
import { classPattern, lineColor, tokenColor } from '../look/palette';
import { short } from '../language/format';
import { useCanvas } from './canvas';

export interface Bar {
  name: string;
  value: number;
  /** The class whose colour and pattern it has. */
  class?: number;
  term?: string;
}

/** Upright bars; a click gives the bar. */
export function Bars(of: { bars: readonly Bar[]; label: string; onPick?: (bar: Bar) => void }) {
  const canvas = useCanvas(
    (on, width, height) => {
      const most = Math.max(1, ...of.bars.map((each) => each.value));
      const step = width / Math.max(1, of.bars.length);
      on.font = `11px ${tokenColor('--font')}`;
      on.textAlign = 'center';
      of.bars.forEach((each, i) => {
        const size = (each.value / most) * (height - 34);
        on.fillStyle = each.class === undefined ? lineColor(0) : classPattern(on, each.class);
        on.fillRect(i * step + step * 0.14, height - 17 - size, step * 0.72, Math.max(1, size));
        on.fillStyle = tokenColor('--ink-2');
        on.fillText(each.name, (i + 0.5) * step, height - 4, step - 2);
        on.fillStyle = tokenColor('--ink');
        on.fillText(short(each.value), (i + 0.5) * step, height - 21 - size, step - 2);
      });
    },
    [of.bars],
  );
  const pick = (event: MouseEvent) => {
    const at = event.currentTarget as HTMLElement;
    const bar = of.bars[Math.floor((event.offsetX / at.clientWidth) * of.bars.length)];
    if (bar) of.onPick?.(bar);
  };
  return <canvas ref={canvas} class="bars" role="img" aria-label={of.label} onClick={pick} />;
}
