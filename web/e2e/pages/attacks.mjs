// Denial of service: as many attacks as the API tells; arrow keys go from one to the next.
export async function check({ tab, server, language, expect, soon }) {
  const known = await server.ask('/api/v1/attacks?limit=1000');
  const shown = await tab.$eval('.figure .value', (at) => at.textContent);
  expect(shown === String(known.rows.length), `${shown} attacks; expected ${known.rows.length}`);
  const victims = known.rows.map((each) => each.victim);
  expect(victims.includes(await tab.$eval('[data-victim]', (at) => at.dataset.victim)), 'the chosen attack is of nobody');
  if (language !== 'en') return;
  const before = await tab.$eval('[data-victim]', (at) => at.dataset.victim);
  await tab.focus('.attacks-lanes canvas');
  await tab.keyboard.press('ArrowRight');
  await soon(async () => (await tab.$eval('[data-victim]', (at) => at.dataset.victim)) !== before, 'the arrow key chooses no other');
  await soon(() => victims.includes(new URL(tab.url()).searchParams.get('attack')?.split(' ')[0]), 'the URL does not say which');
}
