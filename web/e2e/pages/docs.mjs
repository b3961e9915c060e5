// The documentation: a method's page is there, and leads on; a panel's explanation leads to it.
export const path = () => '/docs?of=engines/surge';
export const hasFilter = false;
export async function check({ tab, server, expect, soon, settled, language }) {
  await tab.waitForSelector('.docs-text h1');
  expect((await tab.$eval('.docs-text h1', (at) => at.textContent)).startsWith('surge'), 'another page');
  expect((await tab.$$('.docs-text table td')).length > 10 && (await tab.$$('.docs-text code')).length > 5, 'no tables, no code');
  if (language !== 'en') return;
  await tab.goto(`${server.url}/now`);
  await settled(tab);
  await tab.$eval('[aria-label="Top destination ports"] .tools button:last-child', (at) => at.click());
  await tab.waitForSelector('.explain a');
  await tab.$eval('.explain a', (at) => at.click());
  await soon(async () => (await tab.$('.docs-text h1')) !== null, 'the source of an explanation does not lead to the documentation');
  expect(new URL(tab.url()).searchParams.get('of') === 'stats', `it leads to ${tab.url()}`);
}
