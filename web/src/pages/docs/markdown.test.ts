import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksFrom, cellsOf, inlineFrom, pageOf, type Block, type Inline } from './markdown';

const docs = join(import.meta.dirname, '../../../../docs');
const files = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((each) => each.endsWith('.md') && !each.startsWith('pages'));

describe('Markdown', () => {
  it('has code, bold and links within lines', () => {
    expect(inlineFrom('a `b*c*` **d `e`** [f](g.md).')).toEqual([
      'a ', { kind: 'code', text: 'b*c*' }, ' ', { kind: 'bold', of: ['d ', { kind: 'code', text: 'e' }] }, ' ', { kind: 'link', href: 'g.md', of: ['f'] }, '.',
    ]);
    expect(inlineFrom('2 * 3 * 4')).toEqual(['2 * 3 * 4']);
  });
  it('has blocks', () => {
    const kinds = blocksFrom('# T\n\none\ntwo\n- a\n  b\n- c\n\n| x | y |\n|---|---|\n| 1 | `p | q` |\n\n```\n# no\n\n```\n2. z').map((each) => each.kind);
    expect(kinds).toEqual(['heading', 'paragraph', 'list', 'table', 'code', 'list']);
    expect(blocksFrom('- a\n  b\n- c')).toEqual([{ kind: 'list', isOrdered: false, items: [['a b'], ['c']] }]);
  });
  it('has cells', () => {
    expect(cellsOf('| 1 | `p | q` | a \\| b |')).toEqual(['1', '`p | q`', 'a | b']);
  });
  it('leads from page to page', () => {
    expect([pageOf('engines/surge', '../dos.md#x'), pageOf('engines/surge', 'nmf.md'), pageOf('api', 'engines/README.md'), pageOf('api', '../schema/openapi.json'), pageOf('api', '../x.md')])
      .toEqual(['dos', 'engines/nmf', 'engines/README', null, null]);
  });
});

const textOf = (of: readonly Inline[]): string => of.map((each) => (typeof each === 'string' ? each : each.kind === 'code' ? '' : textOf(each.of))).join('');
const linesOf = (of: Block): Inline[][] =>
  of.kind === 'code' ? [] : of.kind === 'list' ? of.items : of.kind === 'table' ? [of.head, ...of.rows].flat() : [of.of];

describe.each(files.map((file) => [file]))('docs/%s', (file) => {
  it('is read whole', () => {
    const blocks = blocksFrom(readFileSync(join(docs, file), 'utf8'));
    expect(blocks[0]?.kind).toBe('heading');
    for (const each of blocks) {
      if (each.kind === 'table') for (const row of each.rows) expect([row.length, textOf(row[0] ?? [])]).toEqual([each.head.length, textOf(row[0] ?? [])]);
      for (const line of linesOf(each)) expect(textOf(line)).not.toMatch(/\*\*|\]\(|```/);
    }
  });
});
