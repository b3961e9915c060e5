// Findings: whether engines run is said plainly; the planted outbreak (TCP 3389) is the first of what changed.
export async function check({ tab, server, language, expect, settled }) {
  const routes = (await server.ask('/api/v1/openapi.json')).paths;
  const says = await tab.$eval('.findings-page', (at) => at.dataset.engines);
  expect(says === String('/api/v1/findings' in routes), `it says that engines run: ${says}`);
  expect((await tab.$('.no-engine') !== null) === (says === 'false'), 'what it says of engines');
  const port = await tab.$eval('[data-port]', (at) => at.dataset.port);
  expect(port === '3389/tcp', `the port whose sources rose most is ${port}`);
  if (language !== 'en') return;
  await tab.focus('.dumbbells canvas');
  await tab.keyboard.press('ArrowDown');
  await settled(tab);
  const next = new URL(tab.url()).searchParams.get('port');
  expect(next !== null && next !== '3389/tcp' && (await tab.$eval('[data-port]', (at) => at.dataset.port)) === next, `the arrow key chooses ${next}`);
}
