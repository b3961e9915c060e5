// What a browser keeps while a live page is open: a line of text each minute for the pages Now and Cube, each in a browser of
// its own, for a page that is not in front is not drawn.
//
//   node bench/hour.mjs [MINUTES [SCENARIO SPEED]]      60 mixed 1: an hour of the scenario in an hour
import { readFileSync, readdirSync } from 'node:fs';
import { openBrowser, settled, startServer, wait } from '../e2e/browser.mjs';

const [minutes = 60, scenario = 'mixed', speed = 1] = process.argv.slice(2);
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const server = await startServer({ scenario, speed: Number(speed) });
const browsers = [];

/** The processes of `browser` by what they do: its own, `renderer`, `gpu-process`, ... */
function processes(browser) {
  const all = new Map();
  for (const each of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      const fields = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1].split(' ');
      const kind = /--type=([\w-]+)/.exec(readFileSync(`/proc/${each}/cmdline`, 'utf8'))?.[1] ?? 'browser';
      all.set(Number(each), { parent: Number(fields[1]), kind, seconds: (Number(fields[11]) + Number(fields[12])) / 100, bytes: Number(fields[21]) * 4096 });
    } catch {
      // It ended meanwhile.
    }
  const isOurs = (id) => id === browser.process().pid || (all.has(id) && isOurs(all.get(id).parent));
  return [...all].filter(([id]) => isOurs(id)).map(([, each]) => each);
}

/** Bytes of objects and of arrays of numbers, after garbage is collected. */
async function heapOf(client) {
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await client.send('Runtime.getHeapUsage');
  return usedSize + (backingStorageSize ?? 0);
}

/** One page, until it is closed; `tell()` answers what it keeps. */
async function opened(path) {
  const browser = await openBrowser([]);
  browsers.push(browser);
  const tab = await browser.newPage();
  tab.setDefaultTimeout(300_000);
  tab.on('pageerror', (wrong) => console.log(String(wrong)));
  await tab.setViewport({ width: 1440, height: 900 });
  await tab.goto(`${server.url}/${path}`);
  await settled(tab);
  const heaps = [['page', await tab.createCDPSession()]];
  for (const each of browser.targets().filter((target) => target.type() === 'shared_worker')) heaps.push(['worker', await each.createCDPSession()]);
  let before = 0;
  return async () => {
    const said = [];
    for (const [name, client] of heaps) said.push(`${name} ${megabytes(await heapOf(client))} MB`);
    const now = processes(browser);
    const kept = new Map();
    for (const { kind, bytes } of now) kept.set(kind, (kept.get(kind) ?? 0) + bytes);
    const seconds = now.reduce((sum, each) => sum + each.seconds, 0);
    const used = seconds - before;
    before = seconds;
    return `${path}: heaps ${said.join(', ')}; resident ${[...kept].map(([kind, bytes]) => `${kind} ${megabytes(bytes)}`).join(', ')} MB; ${used.toFixed(0)} s of a processor`;
  };
}

try {
  const pages = [await opened('now'), await opened('cube')];
  for (let minute = 0; minute <= Number(minutes); ++minute) {
    for (const tell of pages) console.log(`minute ${minute}: ${await tell()}`);
    await wait(60_000);
  }
} finally {
  for (const each of browsers) await each.close();
  await server.stop();
}
