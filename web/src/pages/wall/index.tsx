// Wall: the live pages in turn, for a big screen. Nothing can be clicked; how old the data are is always said, and the
// picture grows dim when they are stale.
//
//   /wall?every=30&scenes=now,atlas
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useErrorBoundary, useRef, useState } from 'preact/hooks';
import { may } from '../../api/client';
import { pick } from '../../language';
import { age, short, time } from '../../language/format';
import { Logo } from '../../look/icons';
import { useKeys } from '../../state/keys';
import { moves } from '../../state/settings';
import { dataNow, filter, go, linkTo, query } from '../../state/store';
import { clock, pipeline, rates, silence } from '../../stream/live';
import { pages, type Page, type PageProps } from '../registry';
import { everyOf, freshnessOf, scenesOf, stepTo, type Freshness } from './rotation';
import './wall.css';
import { say } from './words';

const wanted = ['/now', '/atlas', '/cube', '/tiles'];

export default function Wall() {
  const { every, scenes: chosen } = query.value.params;
  const there = wanted.filter((path) => pages.some((each) => each.path === path && may(each.role)));
  const scenes = scenesOf(chosen, there);
  const seconds = everyOf(every);
  const [at, setAt] = useState(0);
  const [isHeld, setHeld] = useState(!moves());
  const [shownSince, setSince] = useState(clock.value);
  const step = (by: number) => {
    setAt((before) => stepTo(before, by, scenes.length));
    setSince(Date.now());
  };
  // The clock ticks once a second anyway: no timer of its own that could drift from what is shown.
  const left = Math.max(0, seconds - (clock.value - shownSince) / 1000);
  useEffect(() => {
    if (!isHeld && left <= 0) step(1);
  }, [left <= 0, isHeld]);
  useKeys([
    { key: 'ArrowRight', help: say('key.next'), do: () => step(1) },
    { key: 'ArrowLeft', help: say('key.back'), do: () => step(-1) },
    { key: 'h', help: say('key.hold'), do: () => setHeld(!isHeld) },
    { key: 'f', help: say('key.full'), do: fullScreen },
    { key: 'Escape', help: say('key.end'), do: () => go(linkTo('/now')) },
  ]);
  const page = pages.find((each) => each.path === scenes[at % scenes.length]);
  const fresh = freshnessOf(silence.value, pipeline.value?.sensors ?? null);
  return (
    <div class={`wall is-${fresh.is}`} data-scene={page?.path}>
      <header>
        <Logo size={26} />
        <b>{page ? pick(page.title) : ''}</b>
        {filter.value && <code>{filter.value}</code>}
        <Age of={fresh} />
        <span class="rate">{say('rate', { rate: short(rates.value[rates.value.length - 1] ?? null) })}</span>
        <span class="clock">{time(clock.value, { seconds: false })}</span>
      </header>
      <Stage key={page?.path}>{page && <Scene page={page} onFail={() => step(1)} />}</Stage>
      <footer>
        <ol>
          {scenes.map((each, i) => (
            <li key={each} aria-current={each === page?.path ? 'true' : undefined}>
              {pick(pages.find((of) => of.path === each)?.title ?? { en: each, ja: each })}
              {i === at && !isHeld && scenes.length > 1 && <i style={{ width: `${(1 - left / seconds) * 100}%` }} />}
            </li>
          ))}
        </ol>
        <span class="quiet">{isHeld ? say('held') : say('hint')}</span>
      </footer>
    </div>
  );
}

/** Nobody can scroll a wall: what is higher than it becomes smaller until it fits. */
const least = 0.6;
const usual = () => (innerWidth >= 1900 ? 1.2 : 1);
function Stage({ children }: { children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(usual);
  useEffect(() => {
    const at = box.current;
    if (!at) return;
    const fit = () => at.scrollHeight > at.clientHeight + 1 && setZoom((before) => Math.max(least, before * 0.96));
    // Its height comes from what it holds, which comes with its data.
    const watch = new ResizeObserver(fit);
    const watchNew = new MutationObserver(() => [...at.children].forEach((each) => watch.observe(each)));
    watchNew.observe(at, { childList: true });
    const begin = () => setZoom(usual());
    addEventListener('resize', begin);
    return () => {
      watch.disconnect();
      watchNew.disconnect();
      removeEventListener('resize', begin);
    };
  }, []);
  return <div class="stage" inert ref={box} style={{ zoom: String(zoom) }}>{children}</div>;
}

function fullScreen() {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen?.();
}

function Age({ of }: { of: { is: Freshness; age: number } }) {
  return (
    <span class="age" role="status">
      <i aria-hidden="true">{of.is === 'fresh' ? '●' : of.is === 'ended' || of.is === 'nothing' ? '○' : '■'}</i>
      {say(`age.${of.is}`, { age: age(of.age), time: time(dataNow.value) })}
    </span>
  );
}

function Scene({ page, onFail }: { page: Page; onFail: () => void }) {
  const [Loaded, setLoaded] = useState<ComponentType<PageProps> | null>(null);
  const [broken] = useErrorBoundary((wrong) => {
    console.error(wrong);
    onFail();
  });
  useEffect(() => {
    page.load().then((each) => setLoaded(() => each.default), onFail);
  }, [page]);
  return Loaded && broken === undefined ? <Loaded parts={{}} /> : <div class="state" />;
}
