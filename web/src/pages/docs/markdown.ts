// The part of Markdown that the documentation is written in, as a tree: headings, paragraphs, lists of one level, tables,
// code; within a line code, bold, italic, links. Pure. What is something else stays as it is written.

export type Inline =
  | string
  | { kind: 'code'; text: string }
  | { kind: 'bold'; of: Inline[] }
  | { kind: 'italic'; of: Inline[] }
  | { kind: 'link'; href: string; of: Inline[] };
export type Block =
  | { kind: 'heading'; level: number; of: Inline[] }
  | { kind: 'paragraph'; of: Inline[] }
  | { kind: 'list'; isOrdered: boolean; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'code'; text: string };

const marks = /(`+)(.+?)\1|\*\*(.+?)\*\*|\*([^*\s][^*]*)\*|\[([^\]]*)\]\(([^)\s]+)\)/g;

export function inlineFrom(text: string): Inline[] {
  const out: Inline[] = [];
  let end = 0;
  for (const each of text.matchAll(marks)) {
    if (each.index > end) out.push(text.slice(end, each.index));
    end = each.index + each[0].length;
    if (each[2] !== undefined) out.push({ kind: 'code', text: each[2] });
    else if (each[3] !== undefined) out.push({ kind: 'bold', of: inlineFrom(each[3]) });
    else if (each[4] !== undefined) out.push({ kind: 'italic', of: inlineFrom(each[4]) });
    else out.push({ kind: 'link', href: each[6] ?? '', of: inlineFrom(each[5] ?? '') });
  }
  if (end < text.length) out.push(text.slice(end));
  return out;
}

/** "| a | `b | c` |" has two cells. */
export function cellsOf(line: string): string[] {
  // Code as a whole, an escaped stroke, or one letter.
  const pieces = line.trim().replace(/^\||\|$/g, '').match(/(`+).+?\1|\\\||[^]/g) ?? [];
  const cells = [''];
  for (const each of pieces) {
    if (each === '|') cells.push('');
    else cells[cells.length - 1] += each === '\\|' ? '|' : each;
  }
  return cells.map((each) => each.trim());
}

const item = /^\s*(?:[-*]|(\d+)\.) +(.*)$/;
const isTable = (line: string) => line.startsWith('|');
const begins = (line: string) => line === '' || line.startsWith('```') || /^#{1,6} /.test(line) || isTable(line) || item.test(line);

export function blocksFrom(text: string): Block[] {
  const lines = text.split('\n').map((each) => each.trimEnd());
  const out: Block[] = [];
  for (let i = 0; i < lines.length;) {
    const from = i;
    const line = lines[i++] ?? '';
    if (line === '') continue;
    const heading = /^(#{1,6}) (.*)$/.exec(line);
    const first = item.exec(line);
    if (line.startsWith('```')) {
      while (i < lines.length && !lines[i]?.startsWith('```')) ++i;
      out.push({ kind: 'code', text: lines.slice(from + 1, i++).join('\n') });
    } else if (heading) {
      out.push({ kind: 'heading', level: heading[1]?.length ?? 1, of: inlineFrom(heading[2] ?? '') });
    } else if (isTable(line)) {
      while (i < lines.length && isTable(lines[i] ?? '')) ++i;
      const [head, , ...rows] = lines.slice(from, i).map((each) => cellsOf(each).map(inlineFrom));
      out.push({ kind: 'table', head: head ?? [], rows });
    } else {
      const texts = [first ? (first[2] ?? '') : line];
      for (; i < lines.length; ++i) {
        const next = lines[i] ?? '';
        const more = first ? item.exec(next) : null;
        if (more) texts.push(more[2] ?? '');
        else if (begins(next)) break;
        else texts[texts.length - 1] += ` ${next.trim()}`;
      }
      out.push(first ? { kind: 'list', isOrdered: first[1] !== undefined, items: texts.map(inlineFrom) } : { kind: 'paragraph', of: inlineFrom(texts[0] ?? '') });
    }
  }
  return out;
}

/** The page that a link of the page `from` leads to: "engines/surge" and "../dos.md" give "dos"; null: no page. */
export function pageOf(from: string, href: string): string | null {
  const file = href.split('#')[0] ?? '';
  if (!file.endsWith('.md') || file.includes(':')) return null;
  const parts = from.split('/').slice(0, -1);
  for (const each of file.slice(0, -3).split('/')) {
    if (each === '..') {
      if (parts.pop() === undefined) return null;
    } else if (each !== '.') parts.push(each);
  }
  return parts.join('/');
}
