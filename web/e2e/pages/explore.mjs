// The page Explore: facets, crossings, rows by pages, completion of the filter.
/** Of servers of an earlier version; the page does without, and says so. */
export const mayFail = ['/api/v1/crossings', '/api/v1/fields', 'by=', 'status of 40'];
const outbreak = 'dst.port == 3389';
const numberOf = (text) => Number(text.replaceAll(/[^\d]/g, ''));

export async function check({ tab, server, language, expect, soon, settled }) {
  const { paths } = await server.ask('/api/v1/openapi.json');
  // What a facet's click adds to the filter, and that all numbers follow.
  const top = await server.ask('/api/v1/statistics?by=port&top=1');
  await tab.waitForSelector('.explore-facet .top-list li');
  expect((await tab.$eval('.explore-facet .top-list li .name', (at) => at.textContent)).startsWith(String(top.rows[0].port)), 'another first port');
  expect((await tab.$$('.table .row')).length > 5, 'no packets in the table');
  if (paths['/api/v1/crossings']) expect(Number(await tab.$eval('.explore-crossings', (at) => at.dataset.cells)) > 100, 'no lines');
  await tab.click('.explore-facet .top-list li');
  await soon(() => new URL(tab.url()).searchParams.get('filter') === `dst.port == ${top.rows[0].port}`, 'a click in a facet does not filter by it');
  await settled(tab);
  // What follows is the same in each language.
  if (language !== 'en') return;
  // The outbreak: packets and sources as statistics count them.
  await tab.goto(`${server.url}/explore?filter=${encodeURIComponent(outbreak)}`);
  await settled(tab);
  const { packets, sources } = await server.ask(`/api/v1/statistics?by=port&top=1&filter=${encodeURIComponent(outbreak)}`);
  await tab.waitForSelector('.totals b');
  const shown = await tab.$$eval('.totals b', (all) => all.map((at) => at.textContent));
  expect(numberOf(shown[0]) === packets && numberOf(shown[1]) === sources && sources > 1000, `${shown} of ${packets}, ${sources}`);
  // Further rows come when the table is at its end.
  const rows = async () => {
    const table = await tab.waitForSelector('.explore > .panel:last-child .table');
    return table.evaluate((at) => Number(at.getAttribute('aria-rowcount')));
  };
  const few = await rows();
  await tab.focus('.explore > .panel:last-child .table');
  await tab.keyboard.press('End');
  await tab.waitForFunction((than) => Number(document.querySelector('.explore > .panel:last-child .table').getAttribute('aria-rowcount')) > than, {}, few);
  if (paths['/api/v1/crossings']) await byAxis({ tab, soon, settled });
  if (paths['/api/v1/fields']) await byCompletion({ tab, server, soon, settled, rows });
}

/** An axis by keys. */
async function byAxis({ tab, soon, settled }) {
  await tab.focus('.explore-crossings canvas');
  await tab.keyboard.press('ArrowDown');
  await tab.keyboard.press('ArrowDown');
  await tab.keyboard.press('Enter');
  await soon(() => /src in /.test(new URL(tab.url()).searchParams.get('filter') ?? ''), 'Enter on an axis does not filter by the source');
  await settled(tab);
}

/** What is written becomes a condition without the mouse. */
async function byCompletion({ tab, server, soon, settled, rows }) {
  await tab.goto(`${server.url}/explore?picture=none&of=events`);
  await settled(tab);
  await tab.focus('#filter');
  await tab.keyboard.type('cla');
  await tab.waitForSelector('.completion li');
  await tab.keyboard.press('Tab');
  await tab.keyboard.type('== sc');
  await tab.waitForFunction(() => document.querySelector('.completion li')?.textContent.includes('scan'));
  await tab.keyboard.press('ArrowDown');
  await tab.keyboard.press('Enter');
  await tab.keyboard.press('Enter');
  await soon(() => new URL(tab.url()).searchParams.get('filter') === 'class == scan', 'what was completed is not the filter');
  await settled(tab);
  await soon(async () => (await rows()) > 5, 'no events');
}
