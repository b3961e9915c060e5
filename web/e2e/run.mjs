// Every page, in both languages, by a real browser on a real server. Exit code 77: cannot be tried here.
//
//   node e2e/run.mjs [NAME...]     names of pages; outbreak
import { existsSync } from 'node:fs';
import { join } from 'node:path';

if (!existsSync(join(import.meta.dirname, '..', 'node_modules', 'puppeteer-core'))) {
  console.log("SKIPPED: what the pages are tried with is not here: './dev web' fetches it");
  process.exit(77);
}
const { checksOf, openBrowser, openTab, reasonToSkip, registeredPages, settled, startServer } = await import('./browser.mjs');

const reason = reasonToSkip();
if (reason) {
  console.log(`SKIPPED: ${reason}`);
  process.exit(77);
}

let failures = 0;
async function check(name, what) {
  const begun = Date.now();
  try {
    await what();
    console.log(`passed  ${name} (${Date.now() - begun} ms)`);
  } catch (wrong) {
    failures += 1;
    console.log(`FAILED  ${name}: ${wrong.stack ?? wrong}`);
  }
}

export function expect(holds, why) {
  if (!holds) throw new Error(why);
}

const filter = 'dst.port == 23';

/** The field shows what the URL says, as soon as the page is drawn. */
const fieldHas = (tab, text, why) =>
  tab.waitForFunction((want) => document.querySelector('#filter')?.value === want, { timeout: 10_000 }, text)
    .catch(() => expect(false, why));

/** What holds of every page: it opens with data and without a mistake, and keeps the filter in the URL. */
async function everyPage(browser, server, page, checks, language) {
  const { tab, wrong, close } = await openTab(browser, server, { language });
  try {
    const path = checks.path ? await checks.path(server) : page.path;
    await tab.goto(server.url + path, { waitUntil: 'domcontentloaded' });
    await settled(tab);
    expect((await tab.$('main.page .is-bad')) === null, `${await tab.$eval('main.page', (at) => at.innerText)}`);
    expect((await tab.$eval('html', (at) => at.lang)) === language, 'another language');
    if (checks.check) await checks.check({ tab, server, language, expect, settled });
    if (language === 'en' && checks.hasFilter !== false) {
      await tab.goto(`${server.url}${path}${path.includes('?') ? '&' : '?'}filter=${encodeURIComponent(filter)}`, { waitUntil: 'domcontentloaded' });
      await settled(tab);
      await fieldHas(tab, filter, 'the filter of the URL is not in the field');
      await tab.focus('#filter');
      await tab.keyboard.press('End');
      await tab.keyboard.type(' and ttl > 1');
      await tab.keyboard.press('Enter');
      const want = `${filter} and ttl > 1`;
      await tab.waitForFunction((text) => new URLSearchParams(location.search).get('filter') === text, { timeout: 10_000 }, want)
        .catch(() => expect(false, `the URL is ${tab.url()}`));
      await settled(tab);
      await tab.goBack();
      await fieldHas(tab, filter, 'back does not bring the filter back');
    }
    const mind = wrong.filter((each) => !(checks.mayFail ?? []).some((text) => each.includes(text)));
    expect(mind.length === 0, mind.join('\n'));
  } finally {
    await close();
  }
}

const names = process.argv.slice(2);
const pages = registeredPages().filter((each) => names.length === 0 || names.includes(each.name));
let server;
try {
  server = await startServer();
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
      await check(`${page.name} (${language})`, () => everyPage(browser, server, page, checks, language));
    }
    await then(browser);
  } finally {
    await browser.close();
  }
}

async function frame(browser) {
  if (names.length > 0) return;
  const { frameChecks } = await import('./frame.mjs');
  for (const [name, what] of frameChecks) await check(name, () => what({ browser, server, expect }));
}

async function outbreak(browser) {
  if (names.length > 0 && !names.includes('outbreak')) return;
  const { checkOutbreak } = await import('./outbreak.mjs');
  await checkOutbreak({ browser, expect, check });
}

try {
  await Promise.all([lane('en', frame), lane('ja', outbreak)]);
} finally {
  await server.stop();
}
if (failures > 0) console.log(server.said());
console.log(`${failures} failed`);
process.exit(failures > 0 ? 1 : 0);
