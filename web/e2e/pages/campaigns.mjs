// Campaigns: those of the API, the largest first; without the route it is said.
export async function check({ tab, server, expect }) {
  const has = '/api/v1/campaigns' in (await server.ask('/api/v1/openapi.json')).paths;
  expect((await tab.$eval('.campaigns-page', (at) => at.dataset.route)) === String(has), 'what it says of the route');
  if (!has) return expect((await tab.$('.no-engine')) !== null, 'it does not say that there is no route');
  expect((await tab.$$('.campaigns-page .table .row')).length > 0, 'no campaign in the table');
  expect((await tab.$('[data-campaign] .addresses a')) !== null, 'no members');
}
