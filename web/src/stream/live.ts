// What happens, as signals: the page's side of the streams.
//
//   useTopic('scan')         the newest scan events, newest first
//   useFrames((frame) => …)  packets, four times a second, while the component is there
import { computed, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Pipeline } from '../api/types';
import { askAgain, dataNow } from '../state/store';
import type { Frame } from './frames';
import type { FromOwner, Link, StreamEvent, ToOwner } from './messages';
import { Owner } from './owner';
import { FrameHistory } from './ring';

export const link = signal<Link>({ state: 'opening', heard: 0 });
export const pipeline = signal<Pipeline | null>(null);
export const notReady = signal<string | null>(null);
/** Packets per second over all sensors, one value per status (two seconds), the newest last. */
export const rates = signal<readonly number[]>([]);

const mostEvents = 300;
const mostRates = 150;
const topics = signal<ReadonlyMap<string, readonly StreamEvent[]>>(new Map());
/** The frames of the last ten minutes in which somebody wanted some. */
export const frames = new FrameHistory();
/** Rises when `frames` were renewed as a whole. */
export const pastFrames = signal(0);
const frameReaders = new Set<(frame: Frame) => void>();

/** The newest events of a topic ("scan", "attack", "window", "finding"), newest first. */
export const useTopic = (topic: string): readonly StreamEvent[] => topics.value.get(topic) ?? [];

let tell: (what: ToOwner) => void = () => undefined;

function hear(what: FromOwner) {
  switch (what.what) {
    case 'link':
      // It came back: what was missed is asked for.
      if (link.peek().state === 'lost' && what.link.state === 'open') askAgain();
      link.value = what.link;
      return;
    case 'status':
      return hearStatus(what);
    case 'event': {
      const next = new Map(topics.peek());
      next.set(what.event.topic, [what.event, ...(next.get(what.event.topic) ?? [])].slice(0, mostEvents));
      topics.value = next;
      return;
    }
    case 'resync':
      return askAgain();
    case 'gap':
      return;
    case 'forget':
      return forget();
    case 'past':
      frames.clear();
      for (const each of what.frames) frames.push(each);
      pastFrames.value += 1;
      return;
    case 'frame':
      frames.push(what.frame);
      for (const each of frameReaders) each(what.frame);
  }
}

function forget() {
  topics.value = new Map();
  frames.clear();
  pastFrames.value += 1;
  pipeline.value = null;
  rates.value = [];
}

function hearStatus(what: Extract<FromOwner, { what: 'status' }>) {
  pipeline.value = what.pipeline;
  notReady.value = what.ready ? null : what.notReady;
  const sensors = what.pipeline?.sensors ?? [];
  const newest = Math.max(...sensors.map((each) => (each.latest_packet ? Date.parse(each.latest_packet) : 0)));
  if (newest > 0) dataNow.value = newest;
  else if (what.pipeline) dataNow.value ??= Date.now();
  const rate = sensors.reduce((sum, each) => sum + each.packets_per_second, 0);
  rates.value = [...rates.peek(), rate].slice(-mostRates);
}

export function openStreams() {
  if (typeof SharedWorker === 'function') {
    const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'kizashi' });
    worker.port.onmessage = (each: MessageEvent<FromOwner>) => hear(each.data);
    tell = (what) => worker.port.postMessage(what);
  } else {
    const owner = new Owner();
    const guest = { send: hear };
    tell = (what) => owner.hear(guest, what);
    owner.add(guest);
  }
  setInterval(() => tell({ what: 'alive', wanted: frameReaders.size > 0 }), 20_000);
  addEventListener('pagehide', () => tell({ what: 'bye' }));
  // From the browser's cache of pages: the owner has forgotten us.
  addEventListener('pageshow', (event) => event.persisted && location.reload());
}

/** The streams anew: somebody logged in or out. */
export const reopenStreams = () => tell({ what: 'again' });

/** Calls `take` with each frame while the component is there; null: none are wanted. */
export function useFrames(take: ((frame: Frame) => void) | null) {
  useEffect(() => {
    if (take === null) return;
    frameReaders.add(take);
    if (frameReaders.size === 1) tell({ what: 'frames', wanted: true });
    return () => {
      frameReaders.delete(take);
      if (frameReaders.size === 0) tell({ what: 'frames', wanted: false });
    };
  }, [take]);
}

/** The clock of this machine, once a second: for ages. */
export const clock = signal(Date.now());
if (typeof document !== 'undefined') setInterval(() => (clock.value = Date.now()), 1000);

/** Seconds since the server was last heard; null: never. */
export const silence = computed(() =>
  link.value.heard === 0 ? null : Math.max(0, Math.round((clock.value - link.value.heard) / 1000)),
);
