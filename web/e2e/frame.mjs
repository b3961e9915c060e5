// What the frame does on whichever page: keys, languages, the server's absence, log-in, what is not there.
import { openTab, settled, startServer, until } from './browser.mjs';

export const frameChecks = [
  ['keys and switches', async ({ browser, server, expect }) => {
    const { tab, wrong, close } = await openTab(browser, server);
    await tab.goto(`${server.url}/now`);
    await settled(tab);
    await tab.keyboard.type('?');
    expect((await tab.$$('.key-list li')).length > 8, 'no list of keys');
    await tab.keyboard.press('Escape');
    expect((await tab.$('.key-list')) === null, 'the list of keys stays');
    await tab.keyboard.type('d');
    expect((await tab.$eval('html', (at) => at.dataset.theme)) === 'light', 'the theme is the same');
    await tab.keyboard.type('l');
    expect((await tab.$eval('.side a[aria-current]', (at) => at.textContent)).includes('現況'), 'the language is the same');
    await tab.keyboard.type('/');
    expect((await tab.evaluate(() => document.activeElement.id)) === 'filter', 'no way to the filter');
    await tab.keyboard.press('Escape');
    await tab.keyboard.press('Space');
    const at = new URL(tab.url());
    expect(at.searchParams.has('from') && at.searchParams.has('to'), 'pause does not hold the range');
    await tab.keyboard.press('Space');
    expect(!new URL(tab.url()).searchParams.has('from'), 'live does not let the range go');
    expect(wrong.length === 0, wrong.join('\n'));
    await close();
  }],
  ['a mistake in the filter', async ({ browser, server, expect }) => {
    const { tab, close } = await openTab(browser, server);
    await tab.goto(`${server.url}/now?filter=${encodeURIComponent('port == x')}`);
    await tab.waitForSelector('.filter-mistake mark');
    expect((await tab.$eval('.filter-mistake mark', (at) => at.textContent)) === 'x', 'the place is another');
    await close();
  }],
  ['a page that is not there', async ({ browser, server, expect }) => {
    const { tab, close } = await openTab(browser, server);
    await tab.goto(`${server.url}/nix`);
    await tab.waitForSelector('main.page .state');
    expect((await tab.$eval('main.page', (at) => at.innerText)).includes('/nix'), 'it does not say which');
    await close();
  }],
  ['log-in, and a server that goes', async ({ browser, expect }) => {
    const server = await startServer({ scenario: 'quiet', closed: true });
    const { tab, close } = await openTab(browser, server);
    try {
      await tab.goto(`${server.url}/now`);
      await tab.waitForSelector('.log-in');
      await tab.type('input[name=name]', 'admin');
      await tab.type('input[name=password]', 'wrong');
      await tab.click('.log-in .button.main');
      await tab.waitForSelector('.log-in .wrong');
      await tab.$eval('input[name=password]', (at) => at.select());
      await tab.type('input[name=password]', server.password());
      await tab.click('.log-in .button.main');
      await until(async () => (await tab.$('.log-in')) === null, 60_000, 'the form stays');
      await settled(tab);
    } finally {
      await server.stop();
    }
    await tab.waitForSelector('.link.lost');
    expect(/\d/.test(await tab.$eval('.link.lost', (at) => at.textContent)), 'it does not say how old the data are');
    await close();
  }],
];
