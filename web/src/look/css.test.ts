// Names of classes are global. A page's begin with the name of its folder ("tiles-wall"), or stand below one that does
// (".tiles-page .bar"); what parts and the frame share has names without a page.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const pages = join(dirname(fileURLToPath(import.meta.url)), '..', 'pages');

/** Selectors of a file; those of what is printed are about the frame as well. */
function selectorsOf(css: string): string[] {
  const text = css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/@media print \{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, '');
  return [...text.matchAll(/(?:^|[{}])\s*([^{}@]+)\{/g)].flatMap((each) => (each[1] ?? '').split(',').map((of) => of.trim()));
}

const folders = readdirSync(pages, { withFileTypes: true }).filter((each) => each.isDirectory()).map((each) => each.name);

describe.each(folders.map((name) => [name]))('the classes of the page %s', (name) => {
  it('begin with its name', () => {
    const own = name.replace(/s$/, '');
    const files = readdirSync(join(pages, name)).filter((each) => each.endsWith('.css'));
    const strange = files.flatMap((file) => selectorsOf(readFileSync(join(pages, name, file), 'utf8')))
      .filter((each) => !new RegExp(`^(?::root[^ ]* |html )?\\.${own}`).test(each));
    expect(strange).toEqual([]);
  });
});
