// The page Now: what it shows is what the API says.
export async function check({ tab, server, expect }) {
  const top = await server.ask('/api/v1/statistics?by=port&top=1');
  const shown = await tab.$eval('.top-list li .name', (at) => at.textContent);
  expect(shown.startsWith(String(top.rows[0].port)), `the first port is ${shown}; expected ${top.rows[0].port}`);
  expect((await tab.$$('.chart canvas')).length === 2, 'two charts are expected');
  expect((await tab.$$('.table .row')).length > 3, 'no events in the table');
}
