// What the pages say to who may not see them, without a server, and without data.
import { openBrowser, openTab, settled, startServer, until, withoutWebgl } from './browser.mjs';

export const stateChecks = [
  ['what needs another role', asGuest],
  ['log-in', async ({ browser, expect }) => {
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
      await close();
    } finally {
      await server.stop();
    }
  }],
  ['a server that goes and comes back', goneAndBack],
  ['no data yet', withoutData],
  ['no WebGL', inTwoDimensions],
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
  await other.tab.goto(`${server.url}/admin?tab=accounts`);
  await other.tab.waitForSelector('.page .state, .page .no-access');
  const why = await other.tab.$eval('main.page', (at) => at.innerText);
  expect(/viewer/.test(why) && /administrator/.test(why), `of the administration it says: ${why}`);
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

/** What is known stays and is said to be old; the page goes on by itself when the server is there again. */
async function goneAndBack({ browser, expect, soon }) {
  const server = await startServer({ scenario: 'quiet' });
  const { tab, close } = await openTab(browser, server);
  try {
    await tab.goto(`${server.url}/now?span=24h`);
    await settled(tab);
    const packets = () => tab.$$eval('.figure .value', (all) => all[1].textContent);
    const before = await packets();
    expect(/[1-9]/.test(before), `before the server goes there are ${before} packets`);
    await server.goAway();
    await tab.waitForSelector('.link.lost');
    expect(/\d/.test(await tab.$eval('.link.lost', (at) => at.innerText)), 'it does not say how old the data are');
    expect((await packets()) === before, `what was known is not there any more: ${await packets()}`);
    await server.comeBack();
    await soon(async () => (await tab.$('.link.open')) !== null, 'the page does not see that the server is there again');
    await settled(tab);
    await soon(async () => /[1-9]/.test(await packets()), 'no packets after the server came back');
    expect((await tab.$('main.page .is-bad')) === null, 'a mistake stays on the page');
    await close();
  } finally {
    await server.stop();
  }
}

/** Where nothing was ever seen each page says what to do next. */
async function withoutData({ browser, expect }) {
  const server = await startServer({ isEmpty: true });
  try {
    for (const [path, language] of [['/now', 'en'], ['/now', 'ja'], ['/tiles', 'en'], ['/explore', 'en'], ['/port/23/tcp', 'en'], ['/findings', 'en']]) {
      const { tab, wrong, close } = await openTab(browser, server, { language });
      await tab.goto(server.url + path);
      await settled(tab);
      const said = await tab.waitForSelector('.no-packets').then((at) => at.evaluate((is) => is.innerText));
      expect(said.includes('[sensor.north]') && said.includes('kizashi serve'), `on ${path} it says: ${said}`);
      expect((await tab.$('.no-packets a[href^="/sensors"]')) !== null, 'there is no way to the sensors');
      expect((await tab.$('main.page .is-bad')) === null, `${path} shows a mistake: ${await tab.$eval('main.page', (at) => at.innerText)}`);
      expect(wrong.length === 0, wrong.join('\n'));
      await close();
    }
  } finally {
    await server.stop();
  }
}

/** The Cube is a plane there, says so, and its keys lead to the same marks. */
async function inTwoDimensions({ server, expect, soon }) {
  const browser = await openBrowser(withoutWebgl);
  try {
    const { tab, wrong } = await openTab(browser, server);
    await tab.goto(`${server.url}/cube`);
    await settled(tab);
    expect((await tab.evaluate(() => document.createElement('canvas').getContext('webgl2'))) === null, 'there is WebGL all the same');
    await tab.waitForSelector('.cube-side .top-list li');
    expect((await tab.$eval('main.page', (at) => at.innerText)).includes('WebGL'), 'it does not say why there are two dimensions');
    await tab.keyboard.type('s');
    await soon(async () => (await tab.$$('.cube-side .table .row')).length > 3, 'the key s lists no marks');
    expect(wrong.length === 0, wrong.join('\n'));
  } finally {
    await browser.close();
  }
}
