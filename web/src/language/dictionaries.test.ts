// All dictionaries: both languages have the same keys and the same places to fill, and each key is used in its folder.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const files = readdirSync(root, { recursive: true }).map(String);
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const words = (file: string) => JSON.parse(read(file)) as Record<string, string>;
const placesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((each) => each[1]).sort();

/** The frame's words are for everybody; a page's for its folder. */
const usersOf = (folder: string) =>
  files
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
    .filter((file) => folder === 'language' || file.startsWith(`${folder}/`))
    .map(read)
    .join('\n');

describe.each(files.filter((file) => file.endsWith('en.json')).map((file) => [dirname(file)]))('the words of %s', (folder) => {
  const en = words(join(folder, 'en.json'));
  const ja = words(join(folder, 'ja.json'));
  it('are the same in both languages', () => {
    expect(Object.keys(ja)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(en)) {
      expect(text.trim(), key).not.toBe('');
      expect(ja[key]?.trim(), key).not.toBe('');
      expect(placesOf(ja[key] ?? ''), key).toEqual(placesOf(text));
    }
  });
  it('are all used', () => {
    const users = usersOf(folder);
    const prefixes = [...users.matchAll(/`([a-z][\w.-]*[.-])\$\{/g)].map((each) => each[1] ?? '');
    const unused = Object.keys(en).filter(
      (key) => !users.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });
});
