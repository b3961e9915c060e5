// The page Cube: what is in the picture is what the API lists, in three and two dimensions; keys lead everywhere.
const shown = (tab) => tab.waitForSelector('.cube-side .top-list li');
const filterOf = (tab) => new URL(tab.url()).searchParams.get('filter');
const firstPort = (tab) => tab.$eval('.cube-side .top-list .name', (at) => at.firstChild.textContent);

export const path = async () => '/cube';

export async function check({ tab, server, language, expect, soon, settled }) {
  await shown(tab);
  const { rows } = await server.ask('/api/v1/packets?order=newest&limit=5000');
  const counts = new Map();
  for (const each of rows.filter((row) => row.source?.includes('.'))) {
    const name = ['tcp', 'udp'].includes(each.protocol) ? String(each.destination_port) : each.protocol;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  let first = '';
  await soon(async () => counts.get((first = await firstPort(tab))) === most, () => `the first port is ${first}`);
  if (language !== 'en') return;

  await keys({ tab, expect, soon, settled });
}

async function keys({ tab, expect, soon, settled }) {
  await tab.keyboard.type('v');
  await soon(() => new URL(tab.url()).searchParams.get('view') === 'twin', 'the key v does not lead to two dimensions');
  await tab.keyboard.type('s');
  await tab.waitForSelector('.cube-picked');
  await soon(async () => (await tab.$$('.cube-side .table .row')).length > 3, 'the key s lists no marks');
  await tab.$eval('.cube-picked .button:last-child', (at) => at.click());
  await soon(() => /^dst\.port in \{/.test(filterOf(tab) ?? ''), () => `the ports of the marks filter by ${filterOf(tab)}`);
  await settled(tab);
  await tab.keyboard.type('v');
  await lasso(tab, expect, soon);
  await playAndHold(tab, soon);
}

/** A busy machine may have played to the end, where the picture is held by itself, before anybody looks. */
async function playAndHold(tab, soon) {
  const isHeld = () => tab.$eval('.cube-bar [aria-pressed]', (at) => at.getAttribute('aria-pressed') === 'true');
  const time = () => tab.$eval('.cube-time', (at) => at.textContent);
  const before = await time();
  await tab.keyboard.type('f');
  await soon(async () => !(await isHeld()) || (await time()) !== before, 'the key f does not let the picture go on');
  if (!(await isHeld())) await tab.keyboard.type('f');
  await soon(isHeld, 'the key f does not hold the picture');
}

/** A line around everything has every mark of the picture. */
async function lasso(tab, expect, soon) {
  await tab.$eval('.cube-side header .tools button:first-child', (at) => at.click());
  await soon(async () => /[1-9]/.test(await tab.$eval('.cube-rate', (at) => at.textContent)), 'without the filter there are no marks');
  await tab.keyboard.type('x');
  const box = await (await tab.$('.cube-view canvas')).boundingBox();
  const corner = (x, y) => [box.x + box.width * x, box.y + box.height * y];
  await tab.mouse.move(...corner(0.01, 0.01));
  await tab.mouse.down();
  for (const [x, y] of [[0.99, 0.01], [0.99, 0.99], [0.01, 0.99]]) await tab.mouse.move(...corner(x, y));
  await tab.mouse.up();
  await tab.waitForSelector('.cube-picked');
  const [picked, marks] = await tab.evaluate(() =>
    [document.querySelector('.cube-side header .note'), document.querySelector('.cube-rate')].map((at) => /[\d,]+/.exec(at.textContent)[0]));
  expect(picked === marks, `a line around everything has ${picked} of ${marks} marks`);
}

/** For the picture: the outbreak's line. */
export async function pose({ tab }) {
  await shown(tab);
}
