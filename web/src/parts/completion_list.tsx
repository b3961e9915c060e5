// Suggestions under the filter while somebody types. Down and up choose, Tab or Enter on a chosen one takes it, Escape
// closes the list.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { getUrl } from '../api/client';
import { complete, taken, type Fields, type Suggestion } from './completion';
import './completion.css';

const mostShown = 12;
let fields: Promise<Fields | null> | null = null;

/** Asked once: the language does not change while a server runs. Null: this server does not say it. */
const fieldsKnown = () => (fields ??= getUrl<Fields>('/api/v1/fields').catch(() => {
  fields = null;
  return null;
}));

export interface CompletionKeys {
  /** True: the key was for the list. */
  press: (event: KeyboardEvent) => boolean;
}

export function CompletionList(of: {
  text: string;
  caret: number;
  keys: { current: CompletionKeys | null };
  onTake: (text: string, caret: number) => void;
}) {
  const [known, setKnown] = useState<Fields | null>(null);
  // Which one is chosen, of the list of this text; read at once by the next key, drawn or not.
  const chosen = useRef({ of: '', at: -1 });
  const [, redraw] = useState(0);
  const [closedAt, setClosedAt] = useState<string | null>(null);
  useEffect(() => {
    let isHere = true;
    void fieldsKnown().then((all) => isHere && setKnown(all));
    return () => {
      isHere = false;
    };
  }, []);
  useEffect(() => () => {
    of.keys.current = null;
  }, []);
  const shownFor = (text: string, caret: number) => (known && closedAt !== text ? complete(text, caret, known).slice(0, mostShown) : []);
  const shown = useMemo(() => shownFor(of.text, of.caret), [known, of.text, of.caret, closedAt]);
  const nameOf = (text: string, caret: number) => `${caret} ${text}`;
  const chosenAt = (text: string, caret: number) => (chosen.current.of === nameOf(text, caret) ? chosen.current.at : -1);
  const take = (text: string, caret: number, suggestion: Suggestion | undefined) => {
    if (!suggestion) return;
    const next = taken(text, caret, suggestion);
    of.onTake(next.text, next.caret);
  };
  // By what the field has: a key may come before the list of the key before it is drawn.
  of.keys.current = {
    press: (event) => {
      const field = event.currentTarget as HTMLInputElement;
      const [text, caret] = [field.value, field.selectionStart ?? field.value.length];
      const all = shownFor(text, caret);
      if (all.length === 0) return false;
      const at = chosenAt(text, caret);
      const choose = (index: number) => {
        chosen.current = { of: nameOf(text, caret), at: index };
        redraw((before) => before + 1);
      };
      if (event.key === 'ArrowDown') choose((at + 1) % all.length);
      else if (event.key === 'ArrowUp') choose((at - 1 + all.length + (at < 0 ? 1 : 0)) % all.length);
      else if (event.key === 'Tab' && !event.shiftKey && text.trim() !== '') take(text, caret, all[Math.max(0, at)]);
      else if (event.key === 'Enter' && at >= 0) take(text, caret, all[at]);
      else if (event.key === 'Escape') setClosedAt(text);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
  const on = chosenAt(of.text, of.caret);
  if (shown.length === 0) return null;
  return (
    <ul class="completion" role="listbox">
      {shown.map((each, i) => (
        <li key={each.text} role="option" aria-selected={i === on} class={i === on ? 'is-on' : ''}
          onPointerDown={(event) => {
            event.preventDefault();
            take(of.text, of.caret, each);
          }}>
          <code>{each.text}</code>
          <span>{each.help}</span>
        </li>
      ))}
    </ul>
  );
}
