// The mark of a level: bars that rise, in its colour, and its word.
import { levels, type Level } from './finding';
import { say } from './words';

const tones: Record<Level, string> = { critical: '--bad', high: '--bad', medium: '--warn', low: '--ink-2', note: '--ink-3' };

export function LevelMark({ of, isShort = false }: { of: Level; isShort?: boolean }) {
  const height = levels.length - levels.indexOf(of);
  return (
    <span class="finding-level" title={say(`level.${of}`)} style={{ color: `var(${tones[of]})` }}>
      <svg width="15" height="11" viewBox="0 0 15 11" aria-hidden="true">
        {[1, 2, 3, 4, 5].map((each) => (
          <rect key={each} x={(each - 1) * 3} y={11 - each * 2.1} width="2" height={each * 2.1} fill="currentColor" opacity={each <= height ? 1 : 0.22} />
        ))}
      </svg>
      {!isShort && say(`level.${of}`)}
    </span>
  );
}
