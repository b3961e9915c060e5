import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromOwner } from './messages';
import { Owner } from './owner';

/** Paths that were asked; streams stay open until they are given up. */
let asked: string[] = [];
let given: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  [asked, given] = [[], []];
  vi.stubGlobal('fetch', (path: string, { signal }: { signal: AbortSignal }) => {
    asked.push(path);
    if (path.endsWith('/status')) return Promise.resolve(Response.json({ pipeline: null, ready: true, not_ready: null }));
    signal.addEventListener('abort', () => given.push(path));
    return Promise.resolve(new Response(new ReadableStream({ start: (to) => to.enqueue(new TextEncoder().encode(':\n\n')) })));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function guestOf(owner: Owner) {
  const heard: FromOwner['what'][] = [];
  const guest = { send: (what: FromOwner) => void heard.push(what.what) };
  owner.add(guest);
  return { guest, heard };
}

describe('the owner of the streams', () => {
  it('opens them once for all', async () => {
    const owner = new Owner();
    const [one, other] = [guestOf(owner), guestOf(owner)];
    await vi.advanceTimersByTimeAsync(3000);
    expect(asked.filter((each) => each.endsWith('/stream'))).toHaveLength(1);
    expect([one.heard, other.heard].every((each) => each.includes('status'))).toBe(true);
    owner.hear(one.guest, { what: 'bye' });
    owner.hear(other.guest, { what: 'bye' });
    expect(given).toEqual(['/api/v1/events/stream']);
  });
  it('tells nobody what somebody else was told', async () => {
    const owner = new Owner();
    const { guest, heard } = guestOf(owner);
    await vi.advanceTimersByTimeAsync(3000);
    expect(guestOf(owner).heard).toContain('status');
    heard.length = 0;
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status: 401 })));
    owner.hear(guest, { what: 'again' });
    await vi.advanceTimersByTimeAsync(3000);
    expect(heard).toContain('forget');
    expect(heard).not.toContain('status');
    expect(guestOf(owner).heard).toEqual(['link']);
  });
  it('takes a page back that it had forgotten, with the frames that it wants', async () => {
    const owner = new Owner();
    const { guest, heard } = guestOf(owner);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(given.at(-1)).toBe('/api/v1/events/stream');
    [heard.length, asked.length] = [0, 0];
    await vi.advanceTimersByTimeAsync(60_000);
    expect([heard, asked]).toEqual([[], []]);
    owner.hear(guest, { what: 'alive', wanted: true });
    await vi.advanceTimersByTimeAsync(3000);
    expect(heard.slice(0, 4)).toEqual(['link', 'status', 'resync', 'past']);
    expect(heard.filter((each) => each === 'status').length).toBeGreaterThan(1);
    expect(asked).toContain('/api/v1/events/stream');
    expect(asked).toContain('/api/v1/frames');
    owner.hear(guest, { what: 'bye' });
  });
});
