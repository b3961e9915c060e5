// What the frame does on whichever page: keys, languages, the range, a mistake in the filter, what is not there.
import { openTab, settled } from './browser.mjs';

export const frameChecks = [
  ['keys and switches', async ({ browser, server, expect, soon }) => {
    const { tab, wrong, close } = await openTab(browser, server);
    await tab.goto(`${server.url}/now`);
    await settled(tab);
    await tab.keyboard.type('?');
    await soon(async () => (await tab.$$('.key-list li')).length > 8, 'no list of keys');
    await tab.keyboard.press('Escape');
    await soon(async () => (await tab.$('.key-list')) === null, 'the list of keys stays');
    await tab.keyboard.type('d');
    await soon(async () => (await tab.$eval('html', (at) => at.dataset.theme)) === 'light', 'the theme is the same');
    await tab.keyboard.type('l');
    await soon(async () => (await tab.$eval('.side a[aria-current]', (at) => at.textContent)).includes('現況'), 'the language is the same');
    await tab.keyboard.type('/');
    await soon(async () => (await tab.evaluate(() => document.activeElement.id)) === 'filter', 'no way to the filter');
    await tab.keyboard.press('Escape');
    await tab.keyboard.press('Space');
    const has = (name) => new URL(tab.url()).searchParams.has(name);
    await soon(() => has('from') && has('to'), 'pause does not hold the range');
    await tab.keyboard.press('Space');
    await soon(() => !has('from'), 'live does not let the range go');
    expect(wrong.length === 0, wrong.join('\n'));
    await close();
  }],
  ['the range in the URL', async ({ browser, server, expect, soon }) => {
    const { tab, close } = await openTab(browser, server);
    await tab.goto(`${server.url}/now`);
    await settled(tab);
    const shown = () => tab.$eval('.range-box [aria-expanded]', (at) => at.textContent);
    // A day is what is usual where there is much: chosen, it is not another when the page is opened anew.
    for (const span of ['7d', '24h']) {
      await tab.click('.range-box [aria-expanded]');
      await tab.waitForSelector('.range-menu .spans button');
      await tab.$$eval('.range-menu .spans button', (all, name) => all.find((at) => at.textContent === name).click(), span);
      await soon(() => new URL(tab.url()).searchParams.get('span') === span, `the URL does not have ${span}`);
      await tab.reload({ waitUntil: 'domcontentloaded' });
      await settled(tab);
      expect((await shown()) === span, `after ${span} was chosen and the page opened anew: ${await shown()}`);
    }
    await tab.goBack();
    await soon(async () => (await shown()) === '7d', 'back does not bring the range back');
    await close();
  }],
  ['a mistake in the filter', async ({ browser, server, expect }) => {
    const { tab, close } = await openTab(browser, server);
    await tab.goto(`${server.url}/now?filter=${encodeURIComponent('port == x')}`);
    await tab.waitForSelector('.filter-mistake mark');
    expect((await tab.$eval('.filter-mistake mark', (at) => at.textContent)) === 'x', 'the place is another');
    // One that is written is checked before anything is asked with it: what is shown stays.
    await tab.goto(`${server.url}/now`);
    await settled(tab);
    const figures = () => tab.$$eval('.figure .value', (all) => all.slice(1, 3).map((at) => at.textContent).join());
    const before = await figures();
    await tab.focus('#filter');
    await tab.keyboard.type('ttl > cat');
    await tab.keyboard.press('Enter');
    await tab.waitForSelector('.filter-mistake mark');
    expect((await tab.$eval('.filter-mistake mark', (at) => at.textContent)) === 'cat', 'the place is another');
    expect(/Expected: .*\w/.test(await tab.$eval('.filter-mistake', (at) => at.innerText)), 'it does not say what was expected');
    expect(!new URL(tab.url()).searchParams.has('filter') && (await figures()) === before, 'the old result does not stay');
    await close();
  }],
  ['a page that is not there', async ({ browser, server, expect }) => {
    const { tab, close } = await openTab(browser, server);
    await tab.goto(`${server.url}/nix`);
    await tab.waitForSelector('main.page .state');
    expect((await tab.$eval('main.page', (at) => at.innerText)).includes('/nix'), 'it does not say which');
    await close();
  }],
];
