// What a browser loads before the first page is there, packed as the server packs it: at most 200 kB. 3D comes later.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const pages = process.env.PAGES ?? join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'build', 'pages');
const most = 200_000;
const size = (name) => gzipSync(readFileSync(join(pages, name)), { level: 9 }).length;

const html = readFileSync(join(pages, 'index.html'), 'utf8');
if (/<(script|style)>|(src|href)="(https?:)?\/\//.test(html)) throw new Error('index.html has something within it, or from elsewhere, that the policy of the server forbids');
const wanted = new Set([...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((each) => each[1]));
// Now is what "/" opens, with all that it imports itself.
const assets = readdirSync(join(pages, 'assets'));
const open = assets.filter((each) => /^(now|worker)-/.test(each)).map((each) => `assets/${each}`);
while (open.length > 0) {
  const name = open.pop();
  if (wanted.has(name)) continue;
  wanted.add(name);
  if (!name.endsWith('.js')) continue;
  for (const [, each] of readFileSync(join(pages, name), 'utf8').matchAll(/from\s*"\.\/([\w.-]+)"/g)) open.push(`assets/${each}`);
}
// The map of the page Now, and styles of parts.
for (const each of assets) if (/^(countries-|src-)|\.css$/.test(each)) wanted.add(`assets/${each}`);

const total = [...wanted].reduce((sum, each) => sum + size(each), size('index.html'));
console.log(`first load: ${total} bytes in ${wanted.size + 1} files, packed; at most ${most}`);
if (total > most) {
  for (const each of wanted) console.log(`${String(size(each)).padStart(8)}  ${each}`);
  process.exit(1);
}
