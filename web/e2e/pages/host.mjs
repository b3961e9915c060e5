// The page of an address: what the API says of it, a verdict with reasons, an hour of the calendar by keys.
const first = async (server) => (await server.ask('/api/v1/events?limit=1&filter=tool%20%3D%3D%20mirai')).rows[0].source;
export const path = async (server) => `/host/${encodeURIComponent(await first(server))}`;

export async function check({ tab, server, language, expect, soon, settled }) {
  const address = await first(server);
  const known = await server.ask(`/api/v1/hosts/${address}`);
  expect((await tab.$eval('.entity-head h1', (at) => at.textContent)) === address, 'another address');
  expect((await tab.$eval('[data-verdict]', (at) => at.dataset.verdict)) === 'infected', 'the verdict of a host that sends as Mirai');
  const packets = await tab.$eval('[data-fact="packets"]', (at) => at.textContent.replace(/\D/g, ''));
  expect(packets === String(known.packets), `${packets} packets; expected ${known.packets}`);
  const port = await tab.$eval('.top-list li .name', (at) => at.textContent);
  expect(port.startsWith(String(known.ports[0].port)), `the first port is ${port}`);
  if (language !== 'en') return;
  await tab.focus('.entity-heat canvas');
  for (const key of ['ArrowUp', 'ArrowUp', 'Enter']) await tab.keyboard.press(key);
  const at = () => new URL(tab.url()).searchParams;
  await soon(() => Date.parse(at().get('to')) - Date.parse(at().get('from')) === 3600_000, () => `Enter in the calendar sets ${at()}`);
  await tab.goBack();
  await settled(tab);
}
