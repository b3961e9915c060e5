// The tour: a card that points at real elements of the pages, one step after the other. It is put beside the pages, not
// in one, so that it goes on while they change.
import { signal } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useKeys } from '../../state/keys';
import { change, go, linkTo, query } from '../../state/store';
import { say } from './words';

export interface Step {
  key: 'filter' | 'range' | 'link' | 'figures' | 'top' | 'panel' | 'pages';
  /** Where it is. */
  path: string;
  /** What it points at. */
  at: string;
}
export const steps: readonly Step[] = [
  { key: 'filter', path: '/now', at: '.filter-bar' },
  { key: 'range', path: '/now', at: '.range-box' },
  { key: 'link', path: '/now', at: '.top .link' },
  { key: 'figures', path: '/now', at: 'main .figure' },
  { key: 'top', path: '/now', at: 'main .top-list' },
  { key: 'panel', path: '/now', at: 'main .panel > header .tools' },
  { key: 'pages', path: '/now', at: 'nav.side' },
];

const at = signal(-1);
let home: HTMLElement | null = null;

export function startTour() {
  if (!home) {
    home = document.createElement('div');
    document.body.append(home);
    render(<Tour />, home);
  }
  goTo(0);
}
function goTo(step: number) {
  at.value = step;
  const of = steps[step];
  if (of && query.peek().path !== of.path) go(linkTo(of.path));
}
function end() {
  at.value = -1;
  change({ path: '/help', params: {}, show: '' });
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}
const same = (a: Box | null, b: Box | null) =>
  a === b || (a !== null && b !== null && a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height);

/** Where the element is; null while it is not there. */
function useBox(selector: string): Box | null {
  const [box, setBox] = useState<Box | null>(null);
  useEffect(() => {
    const look = () => {
      const of = document.querySelector(selector)?.getBoundingClientRect();
      const next = of && of.width > 0 ? { left: of.left, top: of.top, width: of.width, height: of.height } : null;
      setBox((before) => (same(before, next) ? before : next));
    };
    look();
    const timer = setInterval(look, 200);
    return () => clearInterval(timer);
  }, [selector]);
  return box;
}

function Tour() {
  const of = steps[at.value];
  return of ? <Card key={of.key} step={of} /> : null;
}

const cardWidth = 340;
const cardHeight = 210;

/** Below what it points at, else above, else beside; always in the window. */
export function placeOf(box: Box, width: number, height: number): { left: number; top: number } {
  const isTall = box.height > height / 2;
  const left = isTall ? box.left + box.width + 14 : Math.min(box.left, width - cardWidth - 12);
  const below = box.top + box.height + 14;
  const top = isTall ? box.top + 40 : below + cardHeight < height ? below : box.top - cardHeight - 14;
  return { left: Math.max(12, Math.min(left, width - cardWidth - 12)), top: Math.max(12, top) };
}

function Card({ step }: { step: Step }) {
  const box = useBox(step.at);
  const next = useRef<HTMLButtonElement>(null);
  const number = steps.indexOf(step);
  const isLast = number === steps.length - 1;
  const forward = () => (isLast ? end() : goTo(number + 1));
  useKeys([
    { key: 'ArrowRight', help: say('tour.next'), do: forward },
    { key: 'ArrowLeft', help: say('tour.back'), do: () => goTo(Math.max(0, number - 1)) },
    { key: 'Escape', help: say('tour.end'), always: true, do: end },
  ]);
  useEffect(() => next.current?.focus(), []);
  const place = box ? placeOf(box, innerWidth, innerHeight) : { left: (innerWidth - cardWidth) / 2, top: innerHeight / 3 };
  return (
    <>
      {box && <div class="help-tour-ring" style={{ left: `${box.left - 5}px`, top: `${box.top - 5}px`, width: `${box.width + 10}px`, height: `${box.height + 10}px` }} />}
      <div class="help-tour-card" role="dialog" aria-label={say('tour')} style={{ left: `${place.left}px`, top: `${place.top}px`, width: `${cardWidth}px` }}>
        <small>{say('tour.step', { at: number + 1, all: steps.length })}</small>
        <h2>{say(`step.${step.key}`)}</h2>
        <p>{say(`step.${step.key}.text`)}</p>
        {!box && <p class="quiet">{say('tour.missing')}</p>}
        <footer>
          <button type="button" class="button" onClick={end}>{say('tour.end')}</button>
          <span />
          <button type="button" class="button" disabled={number === 0} onClick={() => goTo(number - 1)}>{say('tour.back')}</button>
          <button type="button" class="button main" ref={next} onClick={forward}>{say(isLast ? 'tour.done' : 'tour.next')}</button>
        </footer>
      </div>
    </>
  );
}
