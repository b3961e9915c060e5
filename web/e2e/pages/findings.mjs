// Findings: whether engines run is said plainly; what the list has is what the API says, with its evidence; the planted
// outbreak (TCP 3389) is the first of what changed by counting.
export async function check({ tab, server, language, expect, soon, settled }) {
  const routes = (await server.ask('/api/v1/openapi.json')).paths;
  const says = await tab.$eval('.findings-page', (at) => at.dataset.engines);
  const has = '/api/v1/findings' in routes;
  expect(says === String(has), `it says that engines run: ${says}`);
  expect((await tab.$('.findings-none') !== null) === (says === 'false'), 'what it says of engines');
  if (has) await asListed({ tab, server, expect });
  const port = await tab.$eval('[data-port]', (at) => at.dataset.port);
  expect(port === '3389/tcp', `the port whose sources rose most is ${port}`);
  if (language !== 'en') return;
  await tab.focus('.findings-dumbbells canvas');
  await tab.keyboard.press('ArrowDown');
  await settled(tab);
  const next = () => new URL(tab.url()).searchParams.get('port');
  await soon(async () => next() !== null && next() !== '3389/tcp' && (await tab.$eval('[data-port]', (at) => at.dataset.port)) === next(), () => `the arrow key chooses ${next()}`);
}

async function asListed({ tab, server, expect }) {
  const { rows } = await server.ask('/api/v1/findings?limit=200');
  const panel = await tab.$('.findings-page > .panel');
  if (rows.length === 0)
    return expect(/day/.test(await panel.evaluate((at) => at.innerText)) || (await tab.$eval('html', (at) => at.lang)) === 'ja', 'it does not say why there is nothing');
  expect(Number(await panel.$eval('.table', (at) => at.getAttribute('aria-rowcount'))) === rows.length, 'another number of findings');
  await tab.waitForSelector('[data-finding]');
  const { finding } = await server.ask(`/api/v1/findings/${await tab.$eval('[data-finding]', (at) => at.dataset.finding)}`);
  const shown = await tab.$$eval('[data-evidence]', (all) => all.map((at) => at.dataset.evidence));
  expect(shown.join() === Object.keys(finding.evidence).join(), `the evidence shown is ${shown}`);
}

/** For the picture: what an engine says of the outbreak. */
export async function shown(server) {
  const { rows } = await server.ask('/api/v1/findings?engine=surge&service=tcp/3389&limit=1');
  return rows.length > 0 ? `/findings?finding=${rows[0].id}` : '/findings';
}
