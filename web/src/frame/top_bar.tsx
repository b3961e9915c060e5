// The top bar: filter, time range, live and pause, the state of the connection, switches.
import { useEffect, useRef, useState } from 'preact/hooks';
import { logOut, me, wantsLogIn } from '../api/client';
import { say } from '../language';
import { age, time } from '../language/format';
import { Icon, Logo } from '../look/icons';
import { CompletionList, type CompletionKeys } from '../parts/completion_list';
import { language, theme, zone } from '../state/settings';
import { withoutTerm, termsOf } from '../state/filter';
import { dataNow, filter, linkTo, setFilter } from '../state/store';
import { clock, link, notReady, pipeline, reopenStreams, silence } from '../stream/live';
import { checkFilter, filterMistake, type FilterMistake } from './filter_mistake';
import { RangeBox } from './range_box';

export function TopBar() {
  return (
    <header class="top">
      <a class="brand" href={linkTo('/now')} title="Kizashi 兆">
        <Logo />
        <span>Kizashi</span>
      </a>
      <FilterBar />
      <RangeBox />
      <LinkState />
      <Switches />
    </header>
  );
}

function FilterBar() {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(filter.value);
  const [caret, setCaret] = useState<number | null>(null);
  const [refused, setRefused] = useState<FilterMistake | null>(null);
  const keys = useRef<CompletionKeys | null>(null);
  useEffect(() => setText(filter.value), [filter.value]);
  // The field has it at once: the next key may come before anything is drawn.
  const take = (next: string, to: number) => {
    if (field.current) field.current.value = next;
    field.current?.setSelectionRange(to, to);
    setText(next);
    setCaret(to);
  };
  /** A filter that the server does not understand is not asked with: what is shown stays. */
  const submit = async (wanted: string) => {
    const wrong = await checkFilter(wanted);
    setRefused(wrong);
    if (wrong !== null) return setText(wanted);
    setFilter(wanted);
    setText(wanted);
    field.current?.blur();
  };
  const mistake = refused?.of === text ? refused : text === filter.value ? filterMistake.value : null;
  const terms = termsOf(filter.value);
  return (
    <form class="filter-bar" role="search"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(field.current?.value.trim() ?? text);
      }}>
      <div class={`filter-box${mistake ? ' is-wrong' : ''}`}>
        <Icon name="search" size={14} />
        <input ref={field} id="filter" value={text} spellcheck={false} autocomplete="off" aria-label={say('filter.label')}
          placeholder={say('filter.placeholder')} aria-invalid={mistake !== null}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setCaret(event.currentTarget.selectionStart);
          }}
          onBlur={() => setCaret(null)}
          onKeyDown={(event) => {
            if (keys.current?.press(event) || event.key !== 'Escape') return;
            setText(filter.value);
            setRefused(null);
            field.current?.blur();
            event.preventDefault();
          }} />
        {terms.length > 1 && terms.length < 5 && text === filter.value && terms.map((each) => (
          <button key={each} type="button" class="chip" title={say('filter.remove', { term: each })}
            onClick={() => setFilter(withoutTerm(filter.value, each))}>
            {each.length > 26 ? `${each.slice(0, 25)}…` : each}
          </button>
        ))}
        {(text || filter.value) && (
          <span class="tools">
            <button type="button" title={say('filter.clear')} aria-label={say('filter.clear')}
              onClick={() => {
                setText('');
                setFilter('');
              }}>
              <Icon name="close" size={12} />
            </button>
          </span>
        )}
      </div>
      {caret !== null && <CompletionList text={text} caret={caret} keys={keys} onTake={take} />}
      {mistake && <Mistake of={mistake} isKept={mistake === refused} />}
    </form>
  );
}

/** Where in the filter the mistake is, what was expected there, and what is shown meanwhile. */
function Mistake({ of, isKept }: { of: FilterMistake; isKept: boolean }) {
  const at = Math.min(Math.max(0, of.column - 1), of.of.length);
  const end = Math.max(at + 1, at + (/^[\w."-]+/.exec(of.of.slice(at))?.[0].length ?? 1));
  return (
    <div class="filter-mistake" role="alert">
      <pre>
        {of.of.slice(0, at)}
        <mark>{of.of.slice(at, end) || ' '}</mark>
        {of.of.slice(end)}
      </pre>
      {say('filter.mistake', { column: of.column, message: of.message })}
      {of.expected && <p>{say('filter.expected', { expected: of.expected })}</p>}
      {isKept && <p class="quiet">{say('filter.kept')}</p>}
    </div>
  );
}

/** Data are late when the sensor says so, or when the server does not answer. */
const mostLag = 30;

function LinkState() {
  const of = link.value;
  const old = silence.value ?? 0;
  const lag = Math.max(0, ...(pipeline.value?.sensors ?? []).map((each) => each.lag_seconds));
  if (of.state === 'lost' && old > 3)
    return (
      <span class="link lost" role="status" title={say('link.lost.help')}>
        <span class="text">{say('link.lost', { age: age((clock.value - of.heard) / 1000) })}</span>
      </span>
    );
  if (of.state === 'refused') return <span class="link refused"><span class="text">{say('link.refused')}</span></span>;
  if (of.state === 'opening') return <span class="link"><span class="text">{say('link.opening')}</span></span>;
  const text = notReady.value !== null ? say('link.notready', { why: notReady.value })
    : lag > mostLag ? say('link.lag', { age: age(lag) })
    : dataNow.value === null ? say('link.open') : time(dataNow.value, { date: false });
  return (
    <span class="link open" role="status" title={say('link.open.help', { time: time(dataNow.value) })}>
      <span class="text">{text}</span>
    </span>
  );
}

function Switches() {
  const other = zone.value === 'UTC' ? 'JST' : 'UTC';
  const isDark = theme.value === 'dark';
  const who = me.value;
  return (
    <div class="switches">
      <button type="button" title={say('zone.switch', { zone: other })} onClick={() => (zone.value = other)}>{zone.value}</button>
      <button type="button" title={say('keys.language')} onClick={() => (language.value = language.value === 'en' ? 'ja' : 'en')}>
        {say('language.switch')}
      </button>
      <button type="button" title={`${say('theme.switch')}: ${say(isDark ? 'theme.light' : 'theme.dark')}`} aria-label={say('theme.switch')}
        onClick={() => (theme.value = isDark ? 'light' : 'dark')}>
        <Icon name={isDark ? 'sun' : 'moon'} size={15} />
      </button>
      {who?.login === 'session' ? (
        <button type="button" title={`${who.name ?? ''} (${who.role}): ${say('login.out')}`}
          onClick={() => void logOut().then(reopenStreams)}>
          <Icon name="user" size={15} />
        </button>
      ) : (
        <button type="button" title={say('login.in')} aria-label={say('login.in')} onClick={() => (wantsLogIn.value = true)}>
          <Icon name="user" size={15} />
        </button>
      )}
    </div>
  );
}
