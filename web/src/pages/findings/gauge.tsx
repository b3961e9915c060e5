// How far a score is above the threshold of its engine, on a logarithmic scale: a bar with the threshold as a line in it.
import { short } from '../../language/format';
import { placeOf, thresholdAt } from './gauge_scale';
import { say } from './words';

export function Gauge({ score, threshold }: { score: number; threshold: number }) {
  const text = say('gauge', { score: short(score), threshold: short(threshold) });
  return (
    <div class="findings-gauge" title={text}>
      <div role="img" aria-label={text}>
        <i style={{ width: `${placeOf(score, threshold) * 100}%` }} />
        <b style={{ left: `${thresholdAt * 100}%` }} />
      </div>
      <p>{text}</p>
    </div>
  );
}
