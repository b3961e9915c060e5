// What both pictures of the Cube share: the player, the time of the picture, and how well it is drawn.
import type { PictureClock } from './clock';
import type { Player } from './player';

export class Stage {
  /** Whole lines without motion: a stored range that is not being played. */
  isStill = false;
  /** Pictures per second while something moved; null: nothing did. */
  rate: number | null = null;
  /** Marks of the last picture. */
  alive = 0;
  /** Asks for a picture. */
  request: () => void = () => undefined;
  private before = 0;
  constructor(readonly player: Player, readonly clock: PictureClock) {}

  /** A picture was drawn, at a time of the browser; whether another is to follow. */
  drawn(time: number): boolean {
    const spent = time - this.before;
    this.before = time;
    // Pauses between pictures are not slow pictures.
    if (spent > 0 && spent < 1500) this.rate = 1000 / (this.rate === null ? spent : 0.92 * (1000 / this.rate) + 0.08 * spent);
    return this.count() > 0 && !this.clock.isHeld;
  }

  /** Marks of the picture. */
  count(): number {
    const now = this.clock.now();
    return (this.alive = this.player.ring.alive(now, this.player.life).reduce((sum, [from, to]) => sum + to - from, 0));
  }
}
