// What the owner of the streams and the pages say to each other.
import type { Pipeline } from '../api/types';
import type { Frame } from './frames';

export interface StreamEvent {
  id: string;
  topic: string;
  /** The event's JSON. */
  data: Record<string, unknown>;
}

export type Link = {
  state: 'opening' | 'open' | 'lost' | 'refused';
  /** When the server was last heard, milliseconds since 1970 by this machine; 0: never. */
  heard: number;
};

export type FromOwner =
  | { what: 'link'; link: Link }
  | { what: 'event'; event: StreamEvent }
  | { what: 'resync' }
  | { what: 'frame'; frame: Frame }
  /** The frames of the last minutes: to who begins to want some. */
  | { what: 'past'; frames: readonly Frame[] }
  | { what: 'gap' }
  /** Somebody else asks now: what was told is not theirs. */
  | { what: 'forget' }
  | { what: 'status'; pipeline: Pipeline | null; ready: boolean; notReady: string | null };

export type ToOwner =
  /** And whether it wants frames: who was silent for long, as while the machine slept, was forgotten. */
  | { what: 'alive'; wanted: boolean }
  | { what: 'frames'; wanted: boolean }
  | { what: 'again' }
  | { what: 'bye' };
