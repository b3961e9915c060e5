// The time of the picture: hold, go on, go back ten minutes; how many marks there are and how fast they are drawn.
import { Icon } from '../../look/icons';
import { short, time, whole } from '../../language/format';
import { mostBack, playTime, type Source } from './source';
import { webGlKind } from './renderer';
import { say } from './words';

export function PlayBar({ of, turn, onFreeze }: { of: Source; turn: () => void; onFreeze: () => void }) {
  const { stage, isLive } = of;
  const { clock, player } = stage;
  const bounds = player.bounds;
  const now = clock.now();
  const end = playTime + player.of.timing.flight;
  if (!isLive && !clock.isHeld && now >= end) {
    // It was played to its end.
    clock.goTo(end);
    clock.hold();
    stage.isStill = true;
  }
  const wall = Date.now();
  const least = isLive ? -Math.min(mostBack, Math.max(0, wall - (bounds?.from ?? wall))) : 0;
  const value = isLive ? Math.max(least, now - wall) : Math.min(end, now);
  const seek = (to: number) => {
    stage.isStill = !isLive && to >= end;
    clock.goTo(isLive ? wall + to : to);
    turn();
  };
  const goLive = () => {
    clock.goTo(wall);
    clock.run();
    clock.goTo(wall);
    turn();
  };
  const isBehind = isLive && (clock.isHeld || clock.lag > 700);
  return (
    <div class="cube-bar" role="group" aria-label={say('bar')}>
      <button type="button" class="button icon-only" title={say(clock.isHeld ? (isLive ? 'go.on' : 'play') : 'hold')} aria-label={say(clock.isHeld ? (isLive ? 'go.on' : 'play') : 'hold')}
        aria-pressed={clock.isHeld} onClick={onFreeze}>
        <Icon name={clock.isHeld ? 'play' : 'pause'} size={14} />
      </button>
      <input type="range" min={Math.floor(least)} max={isLive ? 0 : end} step={250} value={value} aria-label={say('seek')}
        aria-valuetext={isLive ? say('behind', { seconds: whole(-value / 1000) }) : time(seenAt(of, now))}
        onInput={(event) => seek(Number(event.currentTarget.value))} />
      <span class="cube-time mono">{isLive ? (isBehind ? `−${clockText(-value)}` : say('live')) : time(seenAt(of, now), { date: false })}</span>
      {isLive && <button type="button" class="button" disabled={!isBehind} onClick={goLive}>{say('live.go')}</button>}
      <span class="cube-rate quiet" title={say(webGlKind() === 'software' ? 'rate.software' : 'rate.card')}>
        {say('marks', { count: whole(stage.alive) })}
        {stage.rate !== null && stage.alive > 0 && !clock.isHeld && ` · ${short(Math.round(stage.rate))} fps`}
      </span>
    </div>
  );
}

/** "2:05" */
const clockText = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** When the packets of a moment of a played range were seen. */
function seenAt({ stage }: Source, now: number): number | null {
  const batch = stage.player.between(0, playTime)[0];
  if (!batch || batch.frame.count === 0) return null;
  const [first, last] = [batch.seenAt(0), batch.seenAt(batch.frame.count - 1)];
  return first + (last - first) * Math.min(1, now / playTime);
}
