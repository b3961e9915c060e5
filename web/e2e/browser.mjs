// What the tests of whole pages share: a server with a small scenario on a free port of loopback, and a browser that may
// go nowhere else.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '..', '..');
// The shell is the same engine without a window's own pages: half of the work.
export const chromium = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(existsSync) ?? null;
const program = process.env.KIZASHI ?? join(root, 'build', 'release', 'kizashi');
export const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** A scenario of a few thousand packets: every kind of traffic, an outbreak, floods. */
const usual = { scenario: 'mixed', speed: 0, times: 'now' };

function configOf(of, listen) {
  const { scenario, speed, times } = of;
  return [
    '[serve]', `listen = ["${listen}"]`, `without_account = "${of.closed ? 'nothing' : 'everything'}"`, 'flush = "500ms"',
    `pages = ${JSON.stringify(join(root, 'build', 'pages'))}`, '[access]', 'requests = 1000000',
    ...(of.isEmpty ? [] : ['[sensor.demo]', `scenario = ${JSON.stringify(scenario)}`, `speed = ${speed}`, `times = "${times}"`]),
    ...(of.darknet ? [`darknet = ${JSON.stringify(of.darknet)}`] : []), of.config ?? '',
  ].join('\n');
}

/** The program in a folder: what it said, and how it ends. */
function begin(folder, config) {
  writeFileSync(join(folder, 'kizashi.toml'), config);
  const child = spawn(program, ['serve', '--config', 'kizashi.toml', '--data', 'data'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const run = { said: '', end: null };
  child.stderr.on('data', (piece) => (run.said += piece));
  const ended = new Promise((done) => child.on('exit', done));
  run.end = async () => {
    child.kill('SIGTERM');
    await Promise.race([ended, wait(10_000).then(() => child.kill('SIGKILL'))]);
  };
  run.url = () => until(() => /answers at (http:\S+)/.exec(run.said)?.[1], 60_000, () => `the server never answered:\n${run.said}`);
  return run;
}

/**
 * Starts a server in a folder of its own, and waits until its data are in the store, `patience` milliseconds at most.
 * `config` is more of its configuration, `darknet` the prefixes of its sensor; `isEmpty`: it has no sensor.
 */
export async function startServer(given = {}) {
  const of = { ...usual, ...given };
  const folder = mkdtempSync(join(tmpdir(), 'kizashi-pages-'));
  let run = begin(folder, configOf(of, '127.0.0.1:0'));
  let before = '';
  const server = {
    url: '',
    said: () => before + run.said,
    password: () => /shown this once: (\S+)/.exec(server.said())[1],
    goAway: () => run.end(),
    comeBack: async () => {
      before += run.said;
      run = begin(folder, configOf(of, new URL(server.url).host));
      await run.url();
    },
    stop: async () => {
      await run.end();
      rmSync(folder, { recursive: true, force: true });
    },
    ask: async (path) => (await fetch(server.url + path)).json(),
  };
  try {
    server.url = await run.url();
    const isStored = (each) => each.packets_stored > 0 && (of.speed > 0 || each.phase === 'ended');
    if (of.closed || of.isEmpty) return server;
    await until(async () => (await server.ask('/api/v1/status')).pipeline.sensors.every(isStored), of.patience ?? 600_000,
      () => `nothing came into the store:\n${run.said}`);
  } catch (wrong) {
    await server.stop();
    throw wrong;
  }
  return server;
}

export async function until(what, ms, why) {
  for (const end = Date.now() + ms; ; await wait(50)) {
    const found = await what();
    if (found) return found;
    if (Date.now() > end) throw new Error(typeof why === 'function' ? why() : why);
  }
}

/** Pages are drawn without OpenGL, and only WebGL by the software that stands for a GPU: a third of the work for the same picture. */
const plainDrawing = ['--disable-accelerated-2d-canvas', '--disable-gpu-compositing', '--disable-gpu-rasterization'];

/** One that has no WebGL at all, as on a thin client. */
export const withoutWebgl = [...plainDrawing, '--disable-3d-apis'];

export const openBrowser = (args = plainDrawing) =>
  puppeteer.launch({
    executablePath: chromium,
    // As with the time limit of tabs: a busy machine is not a mistake.
    protocolTimeout: 600_000,
    headless: chromium.endsWith('shell') ? 'shell' : true,
    args: ['--no-sandbox', '--use-angle=swiftshader', '--disable-dev-shm-usage', '--hide-scrollbars', ...args],
  });

/**
 * A tab that notes what must not happen: messages of mistakes, requests to elsewhere, answers that refuse (but those
 * that `isExpected` names).
 */
export async function openTab(browser, server, { language = 'en', theme = 'dark', width = 1440, height = 900 } = {}) {
  const context = await browser.createBrowserContext();
  const tab = await context.newPage();
  // A machine may be busy: a test fails for what is wrong, not for what is slow.
  tab.setDefaultTimeout(60_000);
  await tab.setViewport({ width, height });
  await tab.evaluateOnNewDocument((kept) => {
    for (const [name, value] of Object.entries(kept)) localStorage.setItem(`kizashi.${name}`, value);
  }, { language, theme, zone: 'UTC' });
  const wrong = [];
  // 501: a list has not what the filter asks for; the panel says so.
  tab.on('console', (each) => each.type() === 'error' && !each.text().includes('status of 501') && wrong.push(`console: ${each.text()}`));
  tab.on('pageerror', (each) => wrong.push(`error: ${each.message}`));
  tab.on('request', (each) => {
    const to = new URL(each.url());
    if (to.origin !== server.url && to.protocol !== 'blob:') wrong.push(`a request to ${each.url()}`);
  });
  tab.on('response', (each) => each.status() >= 400 && each.status() !== 501 && wrong.push(`${each.status()} of ${each.url()}`));
  return { tab, wrong, close: () => context.close() };
}

/** Nothing is asked any more, and no panel waits. */
export async function settled(tab, ms = 120_000) {
  await tab.waitForSelector('main.page > *', { timeout: ms });
  // For a moment: between two questions that follow from each other nothing is asked.
  await tab.evaluate(() => (window.quietSince = null));
  await tab.waitForFunction(
    () => {
      const isQuiet = document.querySelector('main.page > .state:empty') === null && document.querySelector('[aria-busy="true"]') === null;
      window.quietSince = isQuiet ? (window.quietSince ?? performance.now()) : null;
      return isQuiet && performance.now() - window.quietSince >= 150;
    },
    { timeout: ms, polling: 50 })
    .catch(async () => {
      const busy = await tab.$$eval('[aria-busy="true"]', (all) => all.map((at) => at.getAttribute('aria-label') ?? at.tagName));
      throw new Error(`after ${ms / 1000} s the page still waits: ${busy.join(', ') || 'for itself'}`);
    });
}

/** What is wider than the place it has, so that it is cut off or scrolls sideways: "main.page 812 > 751". Long tables scroll in themselves. */
export const tooWide = (tab) => tab.evaluate(() => {
  const nameOf = (at) => `${at.tagName.toLowerCase()}${[...at.classList].map((each) => `.${each}`).join('')}`;
  const all = document.querySelectorAll('html, .frame > .top, main.page, main.page .grid, main.page .scroll:not(.table), .panel, .panel > .body, .wall > *');
  return [...all].filter((at) => at.scrollWidth > at.clientWidth + 1 && getComputedStyle(at).overflowX !== 'hidden')
    .map((at) => `${nameOf(at)} ${at.scrollWidth} > ${at.clientWidth}`);
});

/** The pages that there are, as src/pages has them: name, path. */
export function registeredPages() {
  const folder = join(here, '..', 'src', 'pages');
  return readdirSync(folder, { withFileTypes: true })
    .filter((each) => each.isDirectory() && existsSync(join(folder, each.name, 'page.ts')))
    .map((each) => ({ name: each.name, path: /path: '([^']+)'/.exec(readFileSync(join(folder, each.name, 'page.ts'), 'utf8'))[1] }));
}

/** What web/e2e/pages/NAME.mjs says of a page; nothing is needed. */
export async function checksOf(name) {
  const file = join(here, 'pages', `${name}.mjs`);
  return existsSync(file) ? await import(file) : {};
}

/** Why the pages cannot be tried here; null: they can. */
export function reasonToSkip() {
  if (chromium === null) return 'there is no chromium';
  if (!existsSync(join(root, 'build', 'pages', 'index.html'))) return "there are no pages: './dev web' makes them";
  const made = spawnSync(program, ['store', '--help']);
  if (made.error) return `there is no program ${program}`;
  return null;
}
