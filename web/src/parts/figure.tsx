// One number: its name, its value, a trend.
import type { ComponentChildren } from 'preact';
import { Sparkline } from './sparkline';

export function Figure(of: {
  name: string;
  value: string;
  unit?: string;
  under?: ComponentChildren;
  trend?: readonly (number | null)[];
  title?: string;
  span?: number;
}) {
  return (
    <section class="panel" style={of.span ? { gridColumn: `span ${of.span}` } : {}} aria-label={of.name} title={of.title}>
      <div class="figure">
        <span class="name">{of.name}</span>
        <span class="value">
          {of.value}
          {of.unit && <small>{of.unit}</small>}
        </span>
        <span class="under">{of.under}</span>
        {of.trend && <Sparkline values={of.trend} label={of.name} />}
      </div>
    </section>
  );
}
