// Who has the streams: one for all tabs of a browser (in a SharedWorker, or in the page where there is none). It opens
// them, opens them again where they were, and gives everybody what comes.
import type { Pipeline } from '../api/types';
import { FrameReader } from './frames';
import type { FromOwner, Link, StreamEvent, ToOwner } from './messages';
import { FrameHistory } from './ring';
import { EventReader } from './sse';

export interface Guest {
  send: (what: FromOwner) => void;
}
interface Known {
  guest: Guest;
  wantsFrames: boolean;
  seen: number;
}

/** Events that a new tab gets at once. */
const backlog = 200;
/** A tab in the background may speak once a minute. */
const guestLife = 150_000;
const statusEvery = 2_000;
/** The server says something every 15 s. */
const mostSilence = 40_000;

export class Owner {
  private readonly guests = new Map<Guest, Known>();
  private readonly recent: StreamEvent[] = [];
  /** Ten minutes of frames, for rewinding. */
  private readonly past = new FrameHistory();
  private status: FromOwner | null = null;
  private link: Link = { state: 'opening', heard: 0 };
  private lastId = '';
  private events: AbortController | null = null;
  private frames: AbortController | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;

  add(guest: Guest) {
    this.guests.set(guest, { guest, wantsFrames: false, seen: Date.now() });
    guest.send({ what: 'link', link: this.link });
    if (this.status) guest.send(this.status);
    for (const event of this.recent) guest.send({ what: 'event', event });
    if (!this.events) this.begin();
  }

  hear(guest: Guest, what: ToOwner) {
    if (what.what !== 'bye' && !this.guests.has(guest)) this.takeBack(guest);
    const known = this.guests.get(guest);
    if (!known) return;
    known.seen = Date.now();
    if (what.what === 'bye') this.guests.delete(guest);
    if (what.what === 'frames' || what.what === 'alive') {
      if (what.wanted && !known.wantsFrames) guest.send({ what: 'past', frames: this.past.all() });
      known.wantsFrames = what.wanted;
    }
    if (what.what === 'again') {
      // Somebody else may see less.
      this.past.clear();
      this.recent.length = 0;
      this.status = null;
      this.lastId = '';
      this.stop();
      this.tell({ what: 'forget' });
      this.begin();
    }
    this.settle();
  }

  /** It has missed something, and the streams may have ended meanwhile. */
  private takeBack(guest: Guest) {
    this.add(guest);
    guest.send({ what: 'resync' });
  }

  private begin() {
    this.events = new AbortController();
    void this.follow(this.events.signal, '/api/v1/events/stream', (body, alive) => this.readEvents(body, alive));
    void this.askStatus();
    this.timer ??= setInterval(() => {
      void this.askStatus();
      this.settle();
    }, statusEvery);
  }

  private stop() {
    this.events?.abort();
    this.frames?.abort();
    this.events = this.frames = null;
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  /** Streams that nobody wants end. */
  private settle() {
    for (const each of this.guests.values())
      if (Date.now() - each.seen > guestLife) this.guests.delete(each.guest);
    if (this.guests.size === 0) return this.stop();
    const wants = [...this.guests.values()].some((each) => each.wantsFrames);
    if (!wants) {
      this.frames?.abort();
      this.frames = null;
    } else if (!this.frames && this.link.state !== 'refused') {
      this.frames = new AbortController();
      void this.follow(this.frames.signal, '/api/v1/frames', (body, alive) => this.readFrames(body, alive));
    }
  }

  private tell(what: FromOwner, isFrame = false) {
    for (const each of this.guests.values()) if (!isFrame || each.wantsFrames) each.guest.send(what);
  }

  private heard() {
    this.setLink({ state: 'open', heard: Date.now() });
  }
  private setLink(to: Link) {
    const before = this.link;
    this.link = to;
    // Once a second is enough to say that all is well.
    if (before.state !== to.state || to.heard - before.heard > 1000) this.tell({ what: 'link', link: to });
    else this.link = { ...to, heard: before.heard };
  }

  /** Opens, reads, opens again: after 1, 2, 4, ... 15 s. */
  private async follow(
    end: AbortSignal, path: string,
    read: (body: ReadableStreamDefaultReader<Uint8Array>, alive: () => void) => Promise<void>,
  ) {
    let wait = 1000;
    while (!end.aborted) {
      const attempt = new AbortController();
      const give = () => attempt.abort();
      end.addEventListener('abort', give);
      let silence: ReturnType<typeof setTimeout> | undefined;
      const alive = () => {
        clearTimeout(silence);
        silence = setTimeout(give, mostSilence);
        wait = 1000;
        this.heard();
      };
      try {
        const headers: Record<string, string> = {};
        if (path.endsWith('/stream') && this.lastId) headers['Last-Event-ID'] = this.lastId;
        const answer = await fetch(path, { signal: attempt.signal, headers, cache: 'no-store' });
        if (answer.status === 401 || answer.status === 403) {
          if (path.endsWith('/stream')) this.setLink({ state: 'refused', heard: Date.now() });
          return;
        }
        if (!answer.ok || !answer.body) throw new Error(`HTTP ${answer.status}`);
        alive();
        await read(answer.body.getReader(), alive);
      } catch {
        // Said by the link below.
      } finally {
        clearTimeout(silence);
        end.removeEventListener('abort', give);
      }
      if (end.aborted) return;
      if (path.endsWith('/stream')) this.setLink({ state: 'lost', heard: this.link.heard });
      await new Promise((done) => setTimeout(done, wait));
      wait = Math.min(15_000, wait * 2);
    }
  }

  private async readEvents(body: ReadableStreamDefaultReader<Uint8Array>, alive: () => void) {
    const text = new TextDecoder();
    const reader = new EventReader((each) => {
      if (each.topic === 'resync') return this.tell({ what: 'resync' });
      const event = { id: each.id, topic: each.topic, data: JSON.parse(each.data) as StreamEvent['data'] };
      this.recent.push(event);
      if (this.recent.length > backlog) this.recent.shift();
      this.tell({ what: 'event', event });
    });
    for (;;) {
      const { done, value } = await body.read();
      if (done) return;
      reader.read(text.decode(value, { stream: true }));
      if (reader.id) this.lastId = reader.id;
      alive();
    }
  }

  private async readFrames(body: ReadableStreamDefaultReader<Uint8Array>, alive: () => void) {
    const reader = new FrameReader((each) => {
      if (each.kind === 'packets') {
        this.past.push(each.frame);
        this.tell({ what: 'frame', frame: each.frame }, true);
      }
      if (each.kind === 'gap') this.tell({ what: 'gap' }, true);
    });
    for (;;) {
      const { done, value } = await body.read();
      if (done) return;
      reader.read(value);
      alive();
    }
  }

  private async askStatus() {
    try {
      const answer = await fetch('/api/v1/status', { signal: AbortSignal.timeout(10_000), cache: 'no-store' });
      if (!answer.ok) return;
      const body = (await answer.json()) as { pipeline: Pipeline | null; ready: boolean; not_ready: string | null };
      this.heard();
      this.status = { what: 'status', pipeline: body.pipeline, ready: body.ready, notReady: body.not_ready };
      this.tell(this.status);
    } catch {
      if (this.link.state === 'open') this.setLink({ state: 'lost', heard: this.link.heard });
    }
  }
}
