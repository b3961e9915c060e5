// The time range: live or fixed, moved by half of itself, chosen from a few or by two times.
import { useEffect, useRef, useState } from 'preact/hooks';
import { say } from '../language';
import { age, time } from '../language/format';
import { Icon } from '../look/icons';
import { formatSpan, parseTime } from '../state/query';
import { zone } from '../state/settings';
import { askedBounds, goLive, pause, range, rewind, setRange } from '../state/store';

const hour = 3600;
const spans = [hour / 4, hour, 3 * hour, 6 * hour, 12 * hour, 24 * hour, 3 * 24 * hour, 7 * 24 * hour, 30 * 24 * hour, 90 * 24 * hour];

export function RangeBox() {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const of = range.value;
  useEffect(() => {
    if (!isOpen) return;
    const leave = (event: Event) => {
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !box.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener('pointerdown', leave);
    addEventListener('keydown', leave);
    return () => {
      removeEventListener('pointerdown', leave);
      removeEventListener('keydown', leave);
    };
  }, [isOpen]);
  const text = of.live
    ? formatSpan(of.span)
    : `${time(of.from, { seconds: false, zone: false })} – ${time(of.to, { seconds: false, date: of.to - of.from >= 86400_000 })}`;
  return (
    <div class="range-box" ref={box} role="group" aria-label={say('range.label')}>
      <button type="button" title={say('range.back')} aria-label={say('range.back')} onClick={() => rewind(-0.5)}>
        <Icon name="back" size={14} />
      </button>
      <button type="button" aria-expanded={isOpen} title={say('range.label')} onClick={() => setOpen(!isOpen)}>
        <Icon name="clock" size={14} />
        <span class={of.live ? '' : 'wide'}>{text}</span>
      </button>
      {!of.live && (
        <button type="button" title={say('range.forward')} aria-label={say('range.forward')} onClick={() => rewind(0.5)}>
          <Icon name="forward" size={14} />
        </button>
      )}
      {of.live ? (
        <button type="button" class="is-live" title={say('range.pause.help')} onClick={pause}>
          <Icon name="pause" size={13} />
          {say('range.live')}
        </button>
      ) : (
        <button type="button" title={say('range.live.help')} onClick={goLive}>
          <Icon name="play" size={13} />
          {say('range.live')}
        </button>
      )}
      {isOpen && <RangeMenu close={() => setOpen(false)} />}
    </div>
  );
}

const shiftOf = () => (zone.value === 'JST' ? '+09:00' : 'Z');

function RangeMenu({ close }: { close: () => void }) {
  const now = askedBounds.value;
  const write = (ms: number | undefined) => (ms === undefined ? '' : time(ms, { zone: false, seconds: false }));
  const [from, setFrom] = useState(write(now?.from));
  const [to, setTo] = useState(write(now?.to));
  const [isWrong, setWrong] = useState(false);
  const apply = (event: Event) => {
    event.preventDefault();
    const [first, last] = [from, to].map((each) => {
      const text = each.trim();
      return parseTime(/[Z]|[+-]\d\d:\d\d$/.test(text) || text.length < 11 ? text : text + shiftOf());
    });
    if (first === null || last === null || first === undefined || last === undefined || last <= first) return setWrong(true);
    setRange({ live: false, from: first, to: last });
    close();
  };
  return (
    <form class="range-menu" onSubmit={apply}>
      <div class="spans">
        {spans.map((each) => (
          <button key={each} type="button" title={age(each)} class={range.value.live && range.value.span === each ? 'is-on' : ''}
            onClick={() => {
              setRange({ live: true, span: each });
              close();
            }}>
            {formatSpan(each)}
          </button>
        ))}
      </div>
      <label>
        {say('range.from')} <input class="field" value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label>
        {say('range.to')} <input class="field" value={to} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      {isWrong && <p class="wrong" role="alert">{say('range.wrong', { zone: zone.value })}</p>}
      <button type="submit" class="button main">{say('range.apply')}</button>
    </form>
  );
}
