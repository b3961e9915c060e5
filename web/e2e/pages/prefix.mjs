// The page of a prefix, reached from an address in it by the link in its head.
// What it shares with the page of an address is tried there.
export const hasFilter = false;
export async function path(server) {
  const { source } = (await server.ask('/api/v1/events?limit=1&filter=ip.version%20%3D%3D%204')).rows[0];
  return `/prefix/${encodeURIComponent(`${source.split('.').slice(0, 3).join('.')}.0/24`)}`;
}

export async function check({ tab, expect, soon, language, settled }) {
  expect((await tab.$eval('[data-verdict]', (at) => at.dataset.verdict)) !== 'unseen', 'nothing of the prefix');
  if (language !== 'en') return;
  await tab.click('.top-list li a.to-entity');
  await settled(tab);
  await soon(() => new URL(tab.url()).pathname.startsWith('/host/'), () => `the arrow of a source leads to ${tab.url()}`);
  await tab.goBack();
  await settled(tab);
}

/** For the picture: one of many sources, of a scanner that says who it is. */
export const shown = () => `/prefix/${encodeURIComponent('162.142.125.0/24')}`;
