// A planted outbreak (1,200 hosts begin to scan TCP 3389) is seen on every page that should show it: by numbers read from the
// page, against those of the API.
import { join } from 'node:path';
import { here, openTab, settled } from './browser.mjs';

const filter = encodeURIComponent('dst.port == 3389');
const number = (text) => Number(text.replaceAll(/[^\d]/g, ''));
const textOf = (tab, where) => tab.waitForSelector(where).then((at) => at.evaluate((is) => is.textContent));

const pages = {
  async now({ tab, server, expect }) {
    const { rows } = await server.ask('/api/v1/statistics?by=port&top=1');
    expect(rows[0].port === 3389, `the API's first port is ${rows[0].port}`);
    const first = await tab.waitForSelector('.now .top-list li');
    expect((await first.evaluate((at) => at.innerText)).startsWith('3389'), 'the first port is another');
    await tab.$eval('[aria-label="Top destination ports"] .tools button', (at) => at.click());
    const row = await textOf(tab, '[aria-label="Top destination ports"] .table .row');
    expect(row.replaceAll(',', '').includes(String(rows[0].packets)), `not ${rows[0].packets} packets in: ${row}`);
  },
  async [`atlas?filter=${filter}`]({ tab, server, expect }) {
    const { rows } = await server.ask(`/api/v1/statistics?by=country&top=300&filter=${filter}`);
    if (rows.every((each) => !each.country)) return console.log('atlas: countries are not tried, the program has no table of places beside it');
    expect(rows.length > 10, 'the API knows few countries of it');
    await tab.waitForSelector('[aria-label="Countries"] .tools button');
    await tab.$eval('[aria-label="Countries"] .tools button', (at) => at.click());
    const table = await tab.waitForSelector('[aria-label="Countries"] .table');
    expect(Number(await table.evaluate((at) => at.getAttribute('aria-rowcount'))) === rows.length, `not its ${rows.length} countries`);
  },
  async 'cube?view=twin&ports=even'({ tab, soon }) {
    let first = '';
    await soon(async () => (first = await textOf(tab, '.cube-side .top-list .name')).startsWith('3389'), () => `the first port is ${first}`);
    await tab.focus('.cube-view canvas');
    await tab.keyboard.press('ArrowRight');
    await tab.keyboard.press('Enter');
    const found = () => /src in ([\d.]+)\.\.([\d.]+) and dst\.port in (\d+)\.\.(\d+)/.exec(new URL(tab.url()).searchParams.get('filter') ?? '');
    await soon(() => Number(found()?.[3]) <= 3389 && Number(found()[4]) >= 3389, () => `Enter on the densest cell leads to ${tab.url()}`);
  },
  async 'tiles?group=campaign&most=2000'({ tab, server, expect }) {
    const campaign = (await server.ask('/api/v1/campaigns')).rows.find((each) => each.ports.some((of) => of.port === 3389));
    // Of 1,200 those with five packets, without the minute that has not ended: 885 to 950, by the second at which the server began.
    expect(campaign.members > 700, `the API's campaign has ${campaign.members} members`);
    const said = await tab.waitForFunction((name) => [...document.querySelectorAll('.tiles-wall .heading')].find((at) => at.textContent.includes(name))?.textContent, {}, campaign.name);
    const sources = number(/([\d,]+) sources/.exec(await said.jsonValue())[1]);
    expect(sources > 0.9 * campaign.members && sources <= campaign.members, `${sources} tiles of ${campaign.members} members`);
  },
  async [`explore?filter=${filter}`]({ tab, server, expect }) {
    const { packets, sources } = await server.ask(`/api/v1/statistics?filter=${filter}`);
    await tab.waitForSelector('.totals b');
    const shown = await tab.$$eval('.totals b', (all) => all.map((at) => at.textContent));
    expect(number(shown[0]) === packets && number(shown[1]) === sources && sources > 1000, `${shown} of ${packets}, ${sources}`);
  },
  async findings({ tab, expect }) {
    await tab.waitForSelector('[data-port]');
    expect((await tab.$eval('[data-port]', (at) => at.dataset.port)) === '3389/tcp', 'the port whose sources rose most is another');
    const [, before, after] = /([\d,]+) → ([\d,]+) sources/.exec(await textOf(tab, '[data-port]'));
    expect(number(after) - number(before) > 500 && number(after) > 1000, `from ${before} to ${after} sources`);
  },
};

/** One server for all of them. */
export const outbreakServer = { scenario: join(here, 'outbreak.toml') };

export const outbreakChecks = Object.entries(pages).map(([path, what]) => [`an outbreak on ${path.split('?')[0]}`, async ({ browser, server, expect, soon }) => {
  const { tab, wrong, close } = await openTab(browser, server);
  try {
    await tab.goto(`${server.url}/${path}`, { waitUntil: 'domcontentloaded' });
    await settled(tab);
    await what({ tab, server, expect, soon });
    expect(wrong.length === 0, wrong.join('\n'));
  } finally {
    await close();
  }
}]);
