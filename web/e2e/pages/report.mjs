// Reports: the numbers on the page are those of the API; the period is in the URL.
export const path = () => '/report?period=month';
export async function check({ tab, server, expect }) {
  const answer = await fetch(`${server.url}/api/v1/report?period=month`);
  if (answer.status === 404) return;
  const report = await answer.json();
  await tab.waitForSelector('.report-paper .facts-said li');
  const port = report.ports.find((each) => each.port !== undefined);
  const shown = await tab.$eval('.report-paper .lists table', (at) => at.innerText);
  expect(shown.includes(`${port.port}/${port.protocol}`), `the port ${port.port} is not in: ${shown}`);
  expect(shown.includes(port.packets.toLocaleString('en-US')), `its ${port.packets} packets are not in: ${shown}`);
  await tab.click('.report .kinds button:last-child');
  await tab.waitForFunction(() => new URLSearchParams(location.search).get('period') === 'year');
  await tab.waitForFunction((name) => document.querySelector('.report-paper h1')?.textContent.includes(name), {}, report.period.name.slice(0, 4));
}
