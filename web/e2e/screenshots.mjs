// Pictures of the pages for the documentation, 1440 by 900: docs/pages/NAME-dark.png and NAME-light.png, and NAME-ja.png of
// those that `inJapanese` names.
//
//   node e2e/screenshots.mjs [--url http://127.0.0.1:8080] [--theme light] [--language ja] [--width 800] [--to FOLDER]
//                            [--password THE_ADMINISTRATORS] [NAME...]
//
// Without --url a server with e2e/gallery.toml is started: eight days, and the engines have looked at all of them. That takes
// minutes. Sensors and Atlas are of a second, live server. pngquant, where it is installed, makes the files a third as large.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checksOf, here, openBrowser, openTab, registeredPages, root, settled, startServer, until, wait } from './browser.mjs';

const inJapanese = ['now', 'findings', 'report'];
const given = process.argv.slice(2);
const option = (name, usual) => {
  const at = given.indexOf(name);
  return at < 0 ? usual : given.splice(at, 2)[1];
};
const url = option('--url', null);
const only = option('--theme', null);
const language = option('--language', null);
const width = Number(option('--width', 1440));
const to = option('--to', join(root, 'docs', 'pages'));

/** What is taken of a page: the end of its file's name, the theme and the language. One tab turns from each to the next. */
function kindsOf(name) {
  const kinds = (only ? [only] : ['dark', 'light']).map((theme) => ({ end: theme, theme, language: language ?? 'en' }));
  return language === null && only === null && inJapanese.includes(name) ? [...kinds, { end: 'ja', theme: 'light', language: 'ja' }] : kinds;
}

/** By the keys that people use. */
async function turn(tab, { theme, language: wanted }) {
  await tab.evaluate(() => document.activeElement.blur());
  if ((await tab.$eval('html', (at) => at.dataset.theme)) !== theme) await tab.keyboard.press('d');
  if ((await tab.$eval('html', (at) => at.lang)) !== wanted) await tab.keyboard.press('l');
  await settled(tab, 300_000);
}

function write(file, picture) {
  writeFileSync(file, picture);
  spawnSync('pngquant', ['--quality', '70-98', '--speed', '1', '--strip', '--skip-if-larger', '--force', '--output', file, file]);
  console.log(file);
}

const password = option('--password', null);
const server = url ? { url, ...(password ? { password: () => password } : {}), stop: async () => {}, ask: async (path) => (await fetch(url + path)).json() }
  : await startServer({ scenario: join(here, 'gallery.toml'), times: 'own', darknet: ['198.18.0.0/18', '2001:db8:5a::/48'], patience: 3_600_000 });
/** Of what is shown only while packets come: from two sensors, at twice the speed. Begun when a page wants it. */
let live = null;
async function liveServer() {
  live ??= startServer({ scenario: 'mixed', speed: 2, config: '[sensor.north]\nscenario = "outbreak"\nspeed = 2\ntimes = "now"\n' });
  const begun = await live;
  await until(async () => (await begun.ask('/api/v1/status')).pipeline.uptime_seconds > 90, 600_000, 'the live server does not run');
  return begun;
}
const browser = await openBrowser();
mkdirSync(to, { recursive: true });
try {
  for (const { name, path } of registeredPages().filter((each) => given.length === 0 || given.includes(each.name))) {
    const checks = await checksOf(name);
    const from = checks.isLive ? await liveServer() : server;
    const at = checks.shown ? await checks.shown(from) : checks.path ? await checks.path(from) : path;
    const kinds = kindsOf(name);
    const { tab, close } = await openTab(browser, from, { theme: kinds[0].theme, language: kinds[0].language, width });
    await tab.goto(`${from.url}${at}`);
    await settled(tab, 300_000);
    if (checks.pose) await checks.pose({ tab, server: from });
    for (const kind of kinds) {
      await turn(tab, kind);
      await wait(800);
      write(join(to, `${name}-${kind.end}.png`), await tab.screenshot());
    }
    await close();
  }
} finally {
  await browser.close();
  await server.stop();
  await (await live)?.stop();
}
