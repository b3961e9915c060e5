// The documentation as it comes with this version: readable where there is no internet. Its pages come when they are opened.
//
//   /docs?of=engines/surge
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { docPath } from '../../parts/doc_link';
import { language } from '../../state/settings';
import { query } from '../../state/store';
import './docs.css';
import { blocksFrom, pageOf, type Block, type Inline } from './markdown';
import { say } from './words';

const prefix = '../../../../docs/';
const files = import.meta.glob<string>(['../../../../docs/*.md', '../../../../docs/engines/*.md'], { query: '?raw', import: 'default' });
const names = Object.keys(files).map((each) => each.slice(prefix.length, -3));
const isOfEngine = (name: string) => name.startsWith('engines/');

export default function Docs() {
  const name = query.value.params['of'] ?? 'engines/README';
  const [text, setText] = useState<{ of: string; text: string } | null>(null);
  const load = files[`${prefix}${name}.md`];
  useEffect(() => {
    let isOver = false;
    void load?.().then((found) => isOver || setText({ of: name, text: found }));
    return () => void (isOver = true);
  }, [name]);
  return (
    <div class="docs">
      <nav class="docs-list" aria-label={say('list')}>
        <Names of={names.filter((each) => !isOfEngine(each))} title={say('list')} current={name} />
        <Names of={names.filter(isOfEngine)} title={say('engines')} current={name} />
      </nav>
      <article class="docs-text panel" aria-busy={load !== undefined && text?.of !== name}>
        {language.value !== 'en' && <p class="quiet">{say('english')}</p>}
        {load === undefined ? <p class="state">{say('none', { name })}</p> : text?.of === name && blocksFrom(text.text).map((each, i) => <Drawn key={i} of={each} from={name} />)}
      </article>
    </div>
  );
}

function Names({ of, title, current }: { of: readonly string[]; title: string; current: string }) {
  return (
    <>
      <h2 class="section">{title}</h2>
      <ul>
        {of.map((each) => (
          <li key={each}><a href={docPath(each)} {...(each === current ? { 'aria-current': 'page' as const } : {})}>{each.endsWith('README') ? say('overview') : each.split('/').pop()}</a></li>
        ))}
      </ul>
    </>
  );
}

function Drawn({ of, from }: { of: Block; from: string }) {
  const line = (each: readonly Inline[]) => lineOf(each, from);
  switch (of.kind) {
    case 'heading': {
      const Level = `h${Math.min(4, of.level)}` as 'h1';
      return <Level>{line(of.of)}</Level>;
    }
    case 'paragraph':
      return <p>{line(of.of)}</p>;
    case 'code':
      return <pre>{of.text}</pre>;
    case 'list': {
      const List = of.isOrdered ? 'ol' : 'ul';
      return <List>{of.items.map((each, i) => <li key={i}>{line(each)}</li>)}</List>;
    }
    case 'table':
      return (
        <div class="docs-table scroll">
          <table>
            <thead><tr>{of.head.map((each, i) => <th key={i}>{line(each)}</th>)}</tr></thead>
            <tbody>{of.rows.map((row, i) => <tr key={i}>{row.map((each, k) => <td key={k}>{line(each)}</td>)}</tr>)}</tbody>
          </table>
        </div>
      );
  }
}

function lineOf(of: readonly Inline[], from: string): ComponentChildren {
  return of.map((each, i) => {
    if (typeof each === 'string') return each;
    if (each.kind === 'code') return <code key={i}>{each.text}</code>;
    const inner = lineOf(each.of, from);
    if (each.kind === 'bold') return <b key={i}>{inner}</b>;
    if (each.kind === 'italic') return <em key={i}>{inner}</em>;
    const page = pageOf(from, each.href);
    // What is not in the documentation is in the source tree, or elsewhere: it is named and not opened.
    return page !== null && names.includes(page) ? <a key={i} class="entity" href={docPath(page)}>{inner}</a> : <span key={i} title={each.href}>{inner}</span>;
  });
}
