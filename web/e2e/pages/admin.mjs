// Administration: says why it is closed; an administrator makes an account, whose password is told once.
export const hasFilter = false;
export async function check({ tab, server, expect, language }) {
  await tab.waitForSelector('.admin .state .button');
  if (language !== 'en' || !server.password) return;
  await logIn(tab, server);
  // Another at a second try.
  const name = `hana-${Date.now()}`;
  await tab.type('#new-account', name);
  await tab.keyboard.press('Enter');
  await tab.waitForSelector('.admin .secret code');
  await tab.waitForFunction((of) => [...document.querySelectorAll('.admin .row .cell')].some((at) => at.textContent === of), {}, name);
  expect(!tab.url().includes('password'), 'the password is in the URL');
}

async function logIn(tab, server) {
  await tab.click('.admin .state .button');
  await tab.waitForSelector('.log-in input');
  const [name, password] = await tab.$$('.log-in input');
  await name.type('admin');
  await password.type(server.password());
  await tab.keyboard.press('Enter');
  await tab.waitForSelector('.admin .table .row');
}

/** For the picture: accounts. */
export async function pose({ tab, server }) {
  if (server.password) await logIn(tab, server);
}
