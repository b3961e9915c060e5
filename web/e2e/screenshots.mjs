// Pictures of the pages for the documentation: docs/pages/NAME-THEME.png, 1440 by 900.
//
//   node e2e/screenshots.mjs [--url http://127.0.0.1:8080] [--language ja] [--to FOLDER] [NAME...]
//
// Without --url a server with a scenario is started.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checksOf, openBrowser, openTab, registeredPages, root, settled, startServer, wait } from './browser.mjs';

const given = process.argv.slice(2);
const option = (name, usual) => {
  const at = given.indexOf(name);
  return at < 0 ? usual : given.splice(at, 2)[1];
};
const url = option('--url', null);
const language = option('--language', 'en');
const to = option('--to', join(root, 'docs', 'pages'));
const server = url ? { url, stop: async () => {}, ask: async (path) => (await fetch(url + path)).json() } : await startServer();
const browser = await openBrowser();
mkdirSync(to, { recursive: true });
try {
  for (const { name, path } of registeredPages().filter((each) => given.length === 0 || given.includes(each.name))) {
    const checks = await checksOf(name);
    for (const theme of ['dark', 'light']) {
      const { tab, close } = await openTab(browser, server, { theme, language });
      await tab.goto(server.url + (checks.path ? await checks.path(server) : path));
      await settled(tab, 60_000);
      if (checks.pose) await checks.pose({ tab, server });
      await wait(800);
      const file = join(to, `${name}-${theme}.png`);
      writeFileSync(file, await tab.screenshot());
      console.log(file);
      await close();
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
