// Sensors: what the table shows is what the server says of itself.
export async function check({ tab, server, expect }) {
  const { pipeline } = await server.ask('/api/v1/status');
  const [sensor] = pipeline.sensors;
  await tab.waitForSelector('.sensors .table .row');
  const row = await tab.$eval('.sensors .table .row', (at) => at.innerText);
  expect(row.includes(sensor.name), `no sensor ${sensor.name} in: ${row}`);
  expect(row.includes(sensor.packets_received.toLocaleString('en-US')), `not ${sensor.packets_received} packets in: ${row}`);
  expect((await tab.$$('.to-do li')).length > 0, 'nothing is said of what to do');
}

/** For the picture: while packets come. */
export const isLive = true;
