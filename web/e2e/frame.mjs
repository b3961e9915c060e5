// What the frame does on whichever page: keys, languages, the server's absence, log-in, what is not there.
import { openTab, settled, startServer, until } from './browser.mjs';

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
  ['what needs another role', asGuest],
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
      await asViewer({ browser, server, tab, expect });
    } finally {
      await server.stop();
    }
    await tab.waitForSelector('.link.lost');
    expect(/\d/.test(await tab.$eval('.link.lost', (at) => at.textContent)), 'it does not say how old the data are');
    await close();
  }],
];

/** A viewer sees what is known, and takes no packets away as a file: it says why. */
async function asViewer({ browser, server, tab, expect }) {
  const password = await tab.evaluate(async () => {
    const { csrf_token } = await (await fetch('/api/v1/me')).json();
    const made = await fetch('/api/v1/accounts', {
      method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf_token }, body: JSON.stringify({ name: 'vera', role: 'viewer' }),
    });
    return (await made.json()).password;
  });
  const other = await openTab(browser, server);
  await other.tab.goto(`${server.url}/explore?picture=none`);
  await other.tab.waitForSelector('.log-in');
  await other.tab.type('input[name=name]', 'vera');
  await other.tab.type('input[name=password]', password);
  await other.tab.click('.log-in .button.main');
  await other.tab.waitForSelector('.totals [data-packets]');
  expect(Number(await other.tab.$eval('.totals [data-packets]', (at) => at.dataset.packets)) > 0, 'a viewer sees no packets');
  const refused = (url) => other.tab.evaluate(async (path) => (await fetch(path)).status, url);
  expect((await refused('/api/v1/export')) === 403 && (await refused('/api/v1/settings')) === 403, 'a viewer may what it may not');
  await other.tab.$$eval('.explore-menu-box > .button', (all) => all.at(-1).click());
  await other.tab.waitForSelector('.explore-menu .state');
  const said = await other.tab.$eval('.explore-menu', (at) => at.innerText);
  expect(said.includes('viewer') && said.includes('partner') && !said.includes('PARQUET'), `it says: ${said}`);
  await other.close();
}

/** Who sees overviews alone: of all else the page says what is needed. The answer to who asks is changed on its way. */
async function asGuest({ browser, server, expect }) {
  const { tab, close } = await openTab(browser, server);
  const known = await server.ask('/api/v1/me');
  await tab.setRequestInterception(true);
  tab.on('request', (each) => (each.url().endsWith('/api/v1/me')
    ? each.respond({ contentType: 'application/json', body: JSON.stringify({ ...known, role: 'guest', name: null }) }) : each.continue()));
  await tab.goto(`${server.url}/now`);
  await tab.waitForSelector('.now .no-access .button');
  const links = await tab.$$eval('.side a', (all) => all.map((at) => new URL(at.href).pathname));
  expect(links.includes('/sensors') && !links.includes('/explore'), `the navigation has ${links}`);
  await tab.goto(`${server.url}/explore`);
  await tab.waitForSelector('.no-access .button');
  const said = await tab.$eval('.no-access', (at) => at.innerText);
  expect(said.includes('viewer'), `it says: ${said}`);
  await close();
}
