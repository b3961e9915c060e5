// A line without axes, for a trend beside a number.
import { lineColor } from '../look/palette';
import { useCanvas } from './canvas';

export function Sparkline({ values, label, color }: { values: readonly (number | null)[]; label: string; color?: string }) {
  const canvas = useCanvas(
    (on, width, height) => {
      const known = values.filter((each) => each !== null);
      const most = Math.max(1e-9, ...known);
      const x = (i: number) => (values.length < 2 ? width : (i / (values.length - 1)) * (width - 3)) + 0.5;
      const y = (of: number) => height - 2 - (of / most) * (height - 5);
      const stroke = color ?? lineColor(0);
      on.lineWidth = 1.4;
      on.lineJoin = 'round';
      on.strokeStyle = stroke;
      let begin = -1;
      const close = (end: number) => {
        if (begin < 0) return;
        on.stroke();
        on.lineTo(x(end - 1), height);
        on.lineTo(x(begin), height);
        on.globalAlpha = 0.13;
        on.fillStyle = stroke;
        on.fill();
        on.globalAlpha = 1;
        begin = -1;
      };
      values.forEach((each, i) => {
        if (each === null) return close(i);
        if (begin < 0) {
          begin = i;
          on.beginPath();
          on.moveTo(x(i), y(each));
        } else on.lineTo(x(i), y(each));
      });
      close(values.length);
      const last = values[values.length - 1];
      if (last === null || last === undefined) return;
      on.beginPath();
      on.arc(x(values.length - 1), y(last), 2, 0, 7);
      on.fillStyle = stroke;
      on.fill();
    },
    [values, color],
  );
  return <canvas ref={canvas} role="img" aria-label={label} />;
}
