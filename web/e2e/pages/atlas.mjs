// The page Atlas: its countries are the API's; keys and dragging filter by them.
export async function check({ tab, server, language, expect, soon, settled }) {
  const { rows } = await server.ask('/api/v1/statistics?by=country&top=3');
  const [first] = rows.filter((each) => each.country);
  if (!first) return console.log('atlas: countries are not tried, the program has no table of places beside it');
  const shown = await tab.$$eval('.atlas-list .name small', (all) => all.slice(0, 1).map((at) => at.textContent));
  expect(shown[0] === first.country, `the first country is ${shown[0]}; expected ${first.country}`);
  expect(/%/.test(await tab.$eval('.atlas-caveat', (at) => at.textContent)), 'nothing is said of forged sources');
  if (language !== 'en') return;

  await tab.waitForFunction(() => document.querySelector('.world canvas').width > 300);
  await tab.focus('.world canvas');
  await tab.keyboard.press('ArrowRight');
  const chosen = () => tab.$eval('.world canvas', (each) => each.getAttribute('aria-label'));
  await soon(async () => (await chosen()).includes(first.packets.toLocaleString('en-US')), 'the first country of the keys is another');
  await tab.keyboard.press('Enter');
  await soon(() => filterOf(tab) === `country == ${first.country}`, () => `Enter filters by ${filterOf(tab)}`);
  await settled(tab);
  await tab.keyboard.press('Enter');
  await soon(() => filterOf(tab) === null, 'Enter again does not take the filter away');
  await settled(tab);

  const box = await (await tab.$('.world canvas')).boundingBox();
  await tab.mouse.move(box.x + box.width * 0.05, box.y + box.height * 0.1);
  await tab.mouse.down();
  await tab.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5, { steps: 4 });
  await tab.mouse.move(box.x + box.width * 0.95, box.y + box.height * 0.9);
  await tab.mouse.up();
  await soon(() => /^country in \{.*\bUS\b.*\}$/.test(filterOf(tab) ?? ''), () => `dragging filters by ${filterOf(tab)}`);
  await settled(tab);

  await tab.keyboard.press('Escape');
  await tab.keyboard.type('m');
  await soon(() => new URL(tab.url()).searchParams.get('of') === 'sources', 'the key m does not change the measure');
}

const filterOf = (tab) => new URL(tab.url()).searchParams.get('filter');

/** For the picture: while packets come. */
export const isLive = true;
