// Every page, in both languages, by a real browser on a real server. Exit code 77: cannot be tried here.
//
//   node e2e/run.mjs [NAME...]     names of pages; frame, outbreak
import { existsSync } from 'node:fs';
import { join } from 'node:path';

if (!existsSync(join(import.meta.dirname, '..', 'node_modules', 'puppeteer-core'))) {
  console.log("SKIPPED: what the pages are tried with is not here: './dev web' fetches it");
  process.exit(77);
}
const { checksOf, openBrowser, openTab, reasonToSkip, registeredPages, settled, startServer, tooWide } = await import('./browser.mjs');
const { Checks, expect, soon } = await import('./checks.mjs');

const reason = reasonToSkip();
if (reason) {
  console.log(`SKIPPED: ${reason}`);
  process.exit(77);
}

const filter = 'dst.port == 23';

/** The field shows what the URL says, as soon as the page is drawn. */
const fieldHas = (tab, text, why) => soon(() => tab.evaluate((want) => document.querySelector('#filter')?.value === want, text), why);

/** What holds of every page: it opens with data and without a mistake, and keeps the filter in the URL. */
async function everyPage(browser, server, page, checks, language) {
  const { tab, wrong, close } = await openTab(browser, server, { language });
  try {
    const path = checks.path ? await checks.path(server) : page.path;
    await tab.goto(server.url + path, { waitUntil: 'domcontentloaded' });
    await settled(tab);
    expect((await tab.$('main.page .is-bad')) === null, `${await tab.$eval('main.page', (at) => at.innerText)}`);
    expect((await tab.$eval('html', (at) => at.lang)) === language, 'another language');
    await fits(tab);
    if (checks.check) await checks.check({ tab, server, language, expect, soon, settled });
    if (language === 'en' && checks.hasFilter !== false) await keepsFilter(tab, server.url + path);
    const mind = wrong.filter((each) => !(checks.mayFail ?? []).some((text) => each.includes(text)));
    expect(mind.length === 0, mind.join('\n'));
  } catch (failed) {
    throw new Error([`${failed.message ?? failed} (at ${tab.url()})`, ...wrong].join('\n'), { cause: failed });
  } finally {
    await close();
  }
}

/** In a narrow window nothing is cut off and nothing scrolls sideways. */
async function fits(tab) {
  const { width, height } = tab.viewport();
  await tab.setViewport({ width: 800, height });
  await settled(tab);
  let wide = [];
  await soon(async () => (wide = await tooWide(tab)).length === 0, () => `too wide in a window of 800 pixels: ${wide.join(', ')}`);
  await tab.setViewport({ width, height });
  await settled(tab);
}

async function keepsFilter(tab, url) {
  await tab.goto(`${url}${url.includes('?') ? '&' : '?'}filter=${encodeURIComponent(filter)}`, { waitUntil: 'domcontentloaded' });
  await settled(tab);
  await fieldHas(tab, filter, 'the filter of the URL is not in the field');
  await tab.focus('#filter');
  await tab.keyboard.press('End');
  await tab.keyboard.type(' and ttl > 1');
  await tab.keyboard.press('Enter');
  const want = `${filter} and ttl > 1`;
  await soon(() => new URL(tab.url()).searchParams.get('filter') === want, 'the URL has not the filter that was written');
  await settled(tab);
  await tab.goBack();
  await fieldHas(tab, filter, 'back does not bring the filter back');
}

const names = process.argv.slice(2);
const pages = registeredPages().filter((each) => names.length === 0 || names.includes(each.name));
const isAsked = (name) => names.length === 0 || names.includes(name);
const all = new Checks();
const servers = [];
async function serve(of) {
  const server = await startServer(of);
  servers.push(server);
  return server;
}
let server;
try {
  server = await serve();
} catch (wrong) {
  if (/store's engine/.test(String(wrong))) {
    console.log("SKIPPED: the store's engine is not here");
    process.exit(77);
  }
  throw wrong;
}

/** The pages in one language, in a browser of its own: what waits for the server here works there. */
async function lane(language, then) {
  const browser = await openBrowser();
  try {
    for (const page of pages) {
      const checks = await checksOf(page.name);
      await all.run(`${page.name} (${language})`, browser, (by) => everyPage(by, server, page, checks, language));
    }
    await then(browser);
  } finally {
    await browser.close();
  }
}

async function frame(browser) {
  if (!isAsked('frame')) return;
  const { frameChecks } = await import('./frame.mjs');
  const { stateChecks } = await import('./states.mjs');
  for (const [name, what] of [...frameChecks, ...stateChecks]) await all.run(name, browser, (by) => what({ browser: by, server, expect, soon }));
}

async function outbreak(browser) {
  if (!isAsked('outbreak')) return;
  const { outbreakChecks, outbreakServer } = await import('./outbreak.mjs');
  const of = await serve(outbreakServer);
  for (const [name, what] of outbreakChecks) await all.run(name, browser, (by) => what({ browser: by, server: of, expect, soon }));
}

try {
  await Promise.all([lane('en', frame), lane('ja', outbreak)]);
  await all.tryFailedAgain(openBrowser);
} finally {
  for (const each of servers) await each.stop();
}
// Before the result: the end of a log is what people see.
if (all.failures > 0) for (const each of servers) console.log(`the server ${each.url} said:\n${each.said().slice(-8000)}`);
console.log(all.summary());
process.exit(all.failures > 0 ? 1 : 0);
