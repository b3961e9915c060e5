// The wall shows a live page that cannot be clicked, says how old the data are, and is left by Escape.
export const hasFilter = false;
/** It stays at the first page as long as the check takes. */
export const path = () => '/wall?every=3600';
export async function check({ tab, expect }) {
  await tab.waitForSelector('.wall .stage .panel');
  expect((await tab.$eval('.wall', (at) => at.dataset.scene)) === '/now', 'the first scene is not Now');
  expect(await tab.$eval('.wall .stage', (at) => at.inert), 'the stage can be clicked');
  expect(/\d\d:\d\d/.test(await tab.$eval('.wall .age', (at) => at.textContent)), 'the age of the data is not said');
  await tab.keyboard.press('Escape');
  await tab.waitForFunction(() => location.pathname === '/now' && document.querySelector('.wall') === null);
}
