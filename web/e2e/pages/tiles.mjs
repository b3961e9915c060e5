// The page Tiles: a tile for each source that matches, groups, keys, what a rectangle filters.
/** Servers of an earlier version have no behaviours; then the page says so. */
export const mayFail = ['/api/v1/behaviours', '/api/v1/fields', 'status of 404'];
const outbreak = 'dst.port == 3389';

export async function check({ tab, server, language, expect, soon, settled }) {
  if (!(await server.ask('/api/v1/openapi.json')).paths['/api/v1/behaviours']) return;
  const wall = () => tab.$eval('.tiles-wall', (at) => ({ tiles: Number(at.dataset.tiles), groups: Number(at.dataset.groups), shown: Number(at.dataset.shown) }));
  const first = await wall();
  expect(first.tiles > 100 && first.groups > 1, `${first.tiles} tiles in ${first.groups} groups`);
  expect(first.shown < first.tiles, 'tiles out of view are drawn');
  // What follows is the same in each language.
  if (language !== 'en') return;
  // The outbreak: as many sources as statistics count, and tiles of them.
  await tab.goto(`${server.url}/tiles?group=none&most=2000&filter=${encodeURIComponent(outbreak)}`);
  await settled(tab);
  const { sources } = await server.ask(`/api/v1/statistics?by=port&top=1&exact=true&filter=${encodeURIComponent(outbreak)}`);
  const note = await tab.$eval('.tiles-page .panel .note', (at) => at.textContent);
  const of = await wall();
  expect(sources > 1000 && of.tiles === Math.min(2000, sources), `${of.tiles} tiles of ${sources} sources`);
  expect(note.replaceAll(',', '').includes(String(sources)), `"${note}" does not say ${sources}`);
  // Keys: choose, pin, and filter by the source.
  await tab.focus('.tiles-wall');
  await tab.keyboard.press('ArrowRight');
  await tab.keyboard.press('ArrowRight');
  await tab.keyboard.press('p');
  const said = () => new URL(tab.url()).searchParams;
  await soon(() => said().get('at') !== null && said().get('pins') === said().get('at'), () => `after p the URL has ${said()}`);
  await tab.waitForSelector('.selected .tiles-big canvas');
  await soon(async () => (await tab.$$('.tiles-pins li')).length === 1, 'one pinned tile is expected');
  // A rectangle over the large picture by keys: ports and times of the filter.
  await tab.focus('.selected .tiles-big canvas');
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowDown']) await tab.keyboard.press(key);
  await tab.keyboard.press('Enter');
  await soon(() => said().has('from') && /dst\.port/.test(said().get('filter')?.replace(outbreak, '')), () => `after Enter the URL has ${said()}`);
  await settled(tab);
  // The table has what the picture has.
  await tab.goto(`${server.url}/tiles?most=200`);
  await settled(tab);
  await tab.$eval('.tiles-page > .panel .tools button', (at) => at.click());
  await tab.waitForSelector('.tiles-page .table .row');
  expect((await tab.$eval('.tiles-page .table', (at) => at.getAttribute('aria-rowcount'))) === '200', 'another number of rows');
}

/** For the picture: behaviours of all kinds beside each other. */
export const shown = () => '/tiles?group=none';
export async function pose({ tab }) {
  await tab.focus('.tiles-wall');
  for (const key of ['ArrowDown', 'ArrowRight', 'p', 'ArrowDown', 'p', 'ArrowRight']) await tab.keyboard.press(key);
  await tab.evaluate(() => document.activeElement.blur());
}
