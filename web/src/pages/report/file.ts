// The report as one file that needs nothing else: its markup, its style, no program.
import { language } from '../../state/settings';
import style from './paper.css?inline';

/** In the light theme's colours, whatever is on the screen: a file is read and printed elsewhere. */
const colors = ':root{--panel:#fff;--raised:#f5f8f8;--line:#e0e6e8;--ink:#17222b;--ink-2:#4c5c68;--ink-3:#73828d;--accent:#0b7f86;--bar:#0b7f8626}'
  + 'body{margin:24px;background:#fff;color:var(--ink);font:13px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}';

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

export function fileOf(paper: Element, title: string): string {
  const copy = paper.cloneNode(true) as Element;
  for (const each of copy.querySelectorAll('button')) {
    const text = document.createElement('span');
    text.textContent = each.textContent;
    each.replaceWith(text);
  }
  return `<!doctype html>\n<html lang="${language.value}"><head><meta charset="utf-8"><title>${escaped(title)}</title>`
    + `<style>${colors}${style}</style></head><body>${copy.outerHTML}</body></html>\n`;
}

export function download(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
