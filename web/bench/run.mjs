// How fast the pages draw, and whether they keep what is over; without a server. Writes what it measured as lines of text.
//
//   node bench/run.mjs [cube] [strips] [memory]
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'vite';
import { openBrowser } from '../e2e/browser.mjs';

const root = join(import.meta.dirname, '..');
const wanted = process.argv.slice(2);
const wants = (name) => wanted.length === 0 || wanted.includes(name);
// The first is what a page has without marks.
const marks = [20, 5_000, 50_000];
const points = 1_000_000;
const frames = 2_000;

const vite = await createServer({ root, configFile: false, logLevel: 'error', oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } }, optimizeDeps: { noDiscovery: true }, server: { host: '127.0.0.1', port: 0, hmr: false, watch: null } });
await vite.listen();
const browser = await openBrowser([]);

/** Seconds of a processor that the browser and its children had so far. */
function spent() {
  const parents = new Map();
  for (const each of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      const fields = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1].split(' ');
      parents.set(Number(each), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
    } catch {
      // It ended meanwhile.
    }
  const isOurs = (id) => id === browser.process().pid || (parents.has(id) && isOurs(parents.get(id).parent));
  return [...parents].filter(([id]) => isOurs(id)).reduce((sum, [, each]) => sum + each.ticks, 0) / 100;
}

async function measured(what) {
  const before = spent();
  const said = await what();
  return { ...said, cpu: spent() - before };
}

try {
  const tab = await browser.newPage();
  tab.on('pageerror', (wrong) => console.log(String(wrong)));
  await tab.setViewport({ width: 1200, height: 900 });
  await tab.goto(`http://127.0.0.1:${vite.httpServer.address().port}/bench/index.html`);
  await tab.waitForFunction(() => window.speed !== undefined, { timeout: 60_000 });
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0];
  console.log(`load of the machine at the begin: ${load}`);
  if (wants('cube'))
    for (const each of marks) {
      const of = { marks: each, width: 800, height: 700, milliseconds: 6_000 };
      await tab.evaluate((what) => window.speed.cube(what), { ...of, milliseconds: 3_000 });
      const got = await measured(() => tab.evaluate((what) => window.speed.cube(what), of));
      console.log(`cube: ${got.marks} marks, ${got.kind}: ${got.perSecond.toFixed(1)} pictures/s, ${((1000 * got.cpu) / got.pictures).toFixed(1)} ms of a processor each, ` +
        `of that ${got.script.toFixed(1)} ms in the page; drawn at ${got.pixels.join(' x ')}`);
    }
  if (wants('strips')) {
    const got = await measured(() => tab.evaluate((what) => window.speed.strips(what), { points, milliseconds: 8_000 }));
    console.log(`strips: ${points} points, drawn anew: ${got.perSecond.toFixed(1)} updates/s, ${((1000 * got.cpu) / got.updates).toFixed(1)} ms of a processor each`);
  }
  if (wants('memory')) {
    const client = await tab.createCDPSession();
    const heap = async () => {
      await client.send('HeapProfiler.collectGarbage');
      const { usedSize, backingStorageSize } = await client.send('Runtime.getHeapUsage');
      return (usedSize + (backingStorageSize ?? 0)) / 1e6;
    };
    for (let told = 0; told < 2 * frames; ) {
      const got = await tab.evaluate((what) => window.speed.memory(what), { frames: frames / 4, marks: 2_000 });
      told = got.frames;
      console.log(`memory: after ${told} frames of 2000 packets ${(await heap()).toFixed(1)} MB, ${got.marks} packets kept`);
    }
  }
} finally {
  await browser.close();
  await vite.close();
}
