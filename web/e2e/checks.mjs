// Runs checks and keeps what became of each. A check that failed is tried once more when all others are done, alone and in a
// browser of its own: what fails there is wrong, and what passes there is said with the first failure.
import { until } from './browser.mjs';

export function expect(holds, why) {
  if (!holds) throw new Error(why);
}

/** Holds sooner or later: a busy machine draws what a key changed a moment after the key. `why` may be a function. */
export const soon = (what, why) => until(what, 60_000, why);

export class Checks {
  #failed = [];
  #passedLater = [];

  /** `what` gets a browser: at the second try another one. */
  async run(name, browser, what) {
    const wrong = await tried(name, () => what(browser));
    if (wrong) this.#failed.push({ name, what, first: wrong });
  }

  async tryFailedAgain(openBrowser) {
    const again = this.#failed;
    this.#failed = [];
    for (const each of again) {
      const browser = await openBrowser();
      const wrong = await tried(`${each.name}, second try`, () => each.what(browser)).finally(() => browser.close());
      if (wrong) this.#failed.push({ ...each, second: wrong });
      else this.#passedLater.push(each);
    }
  }

  get failures() {
    return this.#failed.length;
  }

  /** A few lines, last of all: who sees only the end of a log sees these. */
  summary() {
    const lines = this.#passedLater.map((each) => `passed at the second try: ${each.name}\n  at the first: ${shortly(each.first)}`);
    for (const each of this.#failed) {
      lines.push(`FAILED: ${each.name}\n  at the first try: ${shortly(each.first)}`);
      if (shortly(each.second) !== shortly(each.first)) lines.push(`  at the second: ${shortly(each.second)}`);
    }
    return [...lines, `${this.#failed.length} failed`].join('\n');
  }
}

/** What was wrong; null: nothing. */
async function tried(name, what) {
  const begun = Date.now();
  try {
    await what();
    console.log(`passed  ${name} (${Date.now() - begun} ms)`);
    return null;
  } catch (wrong) {
    console.log(`FAILED  ${name} (${Date.now() - begun} ms): ${wrong.stack ?? wrong}`);
    return wrong;
  }
}

/** The message and the line of the check: "Waiting failed" alone says little. */
function shortly(wrong) {
  const line = /e2e\/((?:pages\/\w+|frame|states|outbreak)\.mjs:\d+)/.exec((wrong.cause ?? wrong).stack ?? '')?.[1];
  return String(wrong.message ?? wrong).trim().split('\n').slice(0, 3).join(' | ').slice(0, 400) + (line ? ` [${line}]` : '');
}
