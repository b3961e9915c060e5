// What the keys and buttons of the Cube do with its picture.
import { mostBack, playTime, type Source } from './source';
import type { Stage } from './stage';

/** Live: holds the picture, or goes on. Stored: plays the range, or holds. */
export function playOrHold({ stage, isLive }: Source, again: () => void) {
  const { clock } = stage;
  if (!clock.isHeld) clock.hold();
  else {
    const end = playTime + stage.player.of.timing.flight;
    if (!isLive && clock.now() >= end) clock.goTo(0);
    stage.isStill = false;
    clock.run();
  }
  again();
}

export function goBy({ stage, isLive }: Source, by: number, again: () => void) {
  const { clock, player } = stage;
  const bounds = player.bounds;
  if (!bounds) return;
  const [first, last] = isLive ? [Math.max(bounds.from, Date.now() - mostBack), Date.now()] : [0, playTime + player.of.timing.flight];
  stage.isStill = false;
  clock.goTo(Math.max(first, Math.min(last, clock.now() + by)));
  again();
}

/** Marks that are in the picture now. */
export function allMarks({ player, clock }: Stage): number[] {
  const out: number[] = [];
  const now = clock.now();
  for (const [from, to] of player.ring.alive(now, player.life)) for (let at = from; at < to; ++at) if (player.ring.age(at, now) >= 0) out.push(at);
  return out;
}
