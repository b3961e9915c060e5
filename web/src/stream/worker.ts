// The SharedWorker: one owner of the streams for all tabs.
import type { ToOwner } from './messages';
import { Owner, type Guest } from './owner';

const owner = new Owner();

(self as unknown as { onconnect: (of: MessageEvent) => void }).onconnect = (of) => {
  const port = of.ports[0];
  if (!port) return;
  const guest: Guest = { send: (what) => port.postMessage(what) };
  port.onmessage = (each: MessageEvent<ToOwner>) => owner.hear(guest, each.data);
  owner.add(guest);
};
