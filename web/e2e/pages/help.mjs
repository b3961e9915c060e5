// Help: the tour points at real elements, by keys alone; the words can be searched.
export async function check({ tab, expect, soon, language }) {
  expect((await tab.$$('.help .words dt')).length > 8, 'few words');
  if (language !== 'en') return;
  await tab.type('.help .words input', 'darknet');
  await soon(async () => (await tab.$$('.help .words dt')).length === 1, 'the search finds more than one word');
  await soon(() => new URL(tab.url()).searchParams.get('find') === 'darknet', 'what is searched is not in the URL');
  await tab.click('.help .tour .button');
  for (let step = 1; step <= 7; ++step) {
    await tab.waitForFunction((n) => document.querySelector('.help-tour-card small')?.textContent.includes(`Step ${n} `), {}, step);
    await tab.waitForSelector('.help-tour-ring');
    await tab.keyboard.press('ArrowRight');
  }
  await tab.waitForFunction(() => document.querySelector('.help-tour-card') === null && location.pathname === '/help');
}
