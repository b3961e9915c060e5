// What is around every page, and which page is shown.
import type { ComponentType } from 'preact';
import { useEffect, useErrorBoundary, useState } from 'preact/hooks';
import { may, me, wantsLogIn } from '../api/client';
import { pick, say } from '../language';
import { findPage, pages, type Page, type PageProps } from '../pages/registry';
import { NoAccess } from '../parts/no_access';
import { useKeys } from '../state/keys';
import { folded, language, theme } from '../state/settings';
import { dataNow, go, goLive, isSpanOpen, linkTo, pause, query, range, rewind, show, zoomRange } from '../state/store';
import { link } from '../stream/live';
import { Drawer } from './drawer';
import { KeyHelp, isKeyHelpOpen } from './key_help';
import { LogIn } from './log_in';
import { Navigation } from './navigation';
import { NoPackets } from './no_packets';
import { NotFound } from './not_found';
import { TopBar } from './top_bar';

/** Pages that are of use without data, or say it themselves. */
const quiet = new Set(['/sensors', '/admin', '/help', '/docs', '/wall']);

export function Frame() {
  const found = findPage(query.value.path);
  const title = found ? pick(found.page.title) : say('notfound.title');
  useEffect(() => {
    document.title = `${title} – Kizashi`;
  }, [title]);
  useFrameKeys();
  const isStale = link.value.state === 'lost';
  return (
    <div class={`frame${folded.value === 'yes' ? ' is-folded' : ''}`} onClick={followLink}>
      <TopBar />
      <Navigation current={found?.page ?? null} />
      <main class={`page scroll${isStale ? ' is-stale' : ''}`} {...(isSpanOpen.value && dataNow.value !== null ? { 'aria-busy': true } : {})}>
        {found && !quiet.has(found.page.path) && <NoPackets />}
        {found ? <Shown key={found.page.path} page={found.page} parts={found.parts} /> : <NotFound path={query.value.path} />}
      </main>
      <Drawer />
      <KeyHelp />
      {wantsLogIn.value && me.value !== null && <LogIn />}
    </div>
  );
}

function Shown({ page, parts }: { page: Page; parts: PageProps['parts'] }) {
  const [Loaded, setLoaded] = useState<ComponentType<PageProps> | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const [broken] = useErrorBoundary((wrong) => console.error(wrong));
  useEffect(() => {
    page.load().then((each) => setLoaded(() => each.default), () => setFailed(true));
  }, [page]);
  if (me.value !== null && !may(page.role)) return <NoAccess needs={page.role} />;
  if (hasFailed || broken)
    return (
      <div class="state is-bad" role="alert">
        <p>{say('page.failed')}</p>
        {broken !== undefined && <p class="detail">{String(broken)}</p>}
        <button type="button" class="button" onClick={() => location.reload()}>{say('page.reload')}</button>
      </div>
    );
  return Loaded ? <Loaded parts={parts} /> : <div class="state" />;
}

/** Links within the pages change the URL without loading anything. */
function followLink(event: MouseEvent) {
  const at = event.target instanceof Element ? event.target.closest('a') : null;
  if (!at || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (at.origin !== location.origin || at.target || at.hasAttribute('download') || at.pathname.startsWith('/api/')) return;
  event.preventDefault();
  go(at.pathname + at.search + at.hash);
}

function useFrameKeys() {
  useKeys([
    { key: '/', help: say('keys.filter'), do: () => document.getElementById('filter')?.focus() },
    { key: '?', help: say('keys.help'), do: () => (isKeyHelpOpen.value = !isKeyHelpOpen.value) },
    { key: 'Space', help: say('keys.pause'), do: () => (range.value.live ? pause() : goLive()) },
    { key: '[', help: say('keys.back'), do: () => rewind(-0.5) },
    { key: ']', help: say('keys.forward'), do: () => rewind(0.5) },
    { key: '-', help: say('keys.longer'), do: () => zoomRange(2) },
    { key: '+', help: say('keys.shorter'), do: () => zoomRange(0.5) },
    { key: 'd', help: say('keys.theme'), do: () => (theme.value = theme.value === 'dark' ? 'light' : 'dark') },
    { key: 'l', help: say('keys.language'), do: () => (language.value = language.value === 'en' ? 'ja' : 'en') },
    { key: 'Escape', help: say('keys.close'), always: true, do: close },
    ...pages.flatMap((each) =>
      each.key && !each.path.includes('{')
        ? [{ key: `g ${each.key}`, help: say('keys.page', { page: pick(each.title) }), do: () => go(linkTo(each.path)) }]
        : [],
    ),
  ]);
}

function close() {
  if (isKeyHelpOpen.value) isKeyHelpOpen.value = false;
  else if (query.value.show) show('');
  else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
