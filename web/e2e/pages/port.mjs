// The page of a port: the planted outbreak at TCP 3389 is there, with its sources.
export const path = () => '/port/3389/tcp';

export async function check({ tab, server, expect }) {
  const known = await server.ask(`/api/v1/statistics?filter=${encodeURIComponent('dst.port == 3389 and protocol == tcp')}`);
  const number = async (fact) => Number(await tab.$eval(`[data-fact="${fact}"]`, (at) => at.textContent.replace(/\D/g, '')));
  expect((await number('packets')) >= known.packets * 0.99, 'fewer packets than the store has');
  expect(Math.abs((await number('sources')) - known.sources) <= known.sources * 0.05, 'another number of sources');
  expect((await tab.$$('.table .row')).length > 3, 'no events');
  expect((await tab.$$('.top-list li a.to-entity')).length > 5, 'no links to the sources and networks');
}
