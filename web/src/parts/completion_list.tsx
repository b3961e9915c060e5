// Suggestions under the filter while somebody types. Down and up choose, Tab or Enter on a chosen one takes it, Escape
// closes the list.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { getUrl } from '../api/client';
import { complete, taken, type Fields } from './completion';
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
  const found = useMemo(() => (known ? complete(of.text, of.caret, known) : []), [known, of.text, of.caret]);
  useEffect(() => () => {
    of.keys.current = null;
  }, []);
  const shown = closedAt === of.text ? [] : found.slice(0, mostShown);
  const list = `${of.caret} ${of.text}`;
  const chosenAt = () => (chosen.current.of === list ? chosen.current.at : -1);
  const choose = (index: number) => {
    chosen.current = { of: list, at: index };
    redraw((before) => before + 1);
  };
  const take = (index: number) => {
    const suggestion = shown[index];
    if (!suggestion) return;
    const next = taken(of.text, of.caret, suggestion);
    of.onTake(next.text, next.caret);
  };
  of.keys.current = {
    press: (event) => {
      if (shown.length === 0) return false;
      const at = chosenAt();
      if (event.key === 'ArrowDown') choose((at + 1) % shown.length);
      else if (event.key === 'ArrowUp') choose((at - 1 + shown.length + (at < 0 ? 1 : 0)) % shown.length);
      else if (event.key === 'Tab' && !event.shiftKey && of.text.trim() !== '') take(Math.max(0, at));
      else if (event.key === 'Enter' && at >= 0) take(at);
      else if (event.key === 'Escape') setClosedAt(of.text);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
  if (shown.length === 0) return null;
  return (
    <ul class="completion" role="listbox">
      {shown.map((each, i) => (
        <li key={each.text} role="option" aria-selected={i === chosenAt()} class={i === chosenAt() ? 'is-on' : ''}
          onPointerDown={(event) => {
            event.preventDefault();
            take(i);
          }}>
          <code>{each.text}</code>
          <span>{each.help}</span>
        </li>
      ))}
    </ul>
  );
}
