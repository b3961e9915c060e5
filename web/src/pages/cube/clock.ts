// The time of the picture: it runs with the clock of the machine, behind it, or is held. Pure but for the clock given.

export class PictureClock {
  private held: number | null;
  private behind: number;
  constructor(private readonly wall: () => number, of: { held?: number; behind?: number } = {}) {
    this.held = of.held ?? null;
    this.behind = of.behind ?? 0;
  }
  now(): number {
    return this.held ?? this.wall() - this.behind;
  }
  get isHeld() {
    return this.held !== null;
  }
  /** Milliseconds behind the clock of the machine. */
  get lag() {
    return this.wall() - this.now();
  }
  hold() {
    this.held = this.now();
  }
  /** Goes on from where it is. */
  run() {
    if (this.held === null) return;
    this.behind = this.wall() - this.held;
    this.held = null;
  }
  /** To a time; it stays held, or goes on from there. */
  goTo(time: number) {
    if (this.held !== null) this.held = time;
    else this.behind = this.wall() - time;
  }
}
