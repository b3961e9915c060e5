// What is behind the buttons of the page: export as a file, saved views.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { act, asProblem, getUrl, may, me, urlOf, wantsLogIn } from '../../api/client';
import type { Problem } from '../../api/problem';
import { say as frameWord } from '../../language';
import { time, timeOf, whole } from '../../language/format';
import { Icon, type IconName } from '../../look/icons';
import { Failure, callOf } from '../../parts/panel';
import { asked, go, query } from '../../state/store';
import { formatQuery, formatSpan, parseQuery } from '../../state/query';
import type { Kind } from './facets_column';
import { say } from './words';

function Menu({ name, icon, children }: { name: string; icon: IconName; children: (close: () => void) => ComponentChildren }) {
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const leave = (event: Event) => {
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !box.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener('pointerdown', leave);
    addEventListener('keydown', leave);
    box.current?.querySelector<HTMLElement>('.explore-menu a, .explore-menu input, .explore-menu select, .explore-menu button')?.focus();
    return () => {
      removeEventListener('pointerdown', leave);
      removeEventListener('keydown', leave);
    };
  }, [isOpen]);
  return (
    <div class="explore-menu-box" ref={box}>
      <button type="button" class="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name={icon} size={13} />
        {name}
      </button>
      {isOpen && <div class="explore-menu" role="group" aria-label={name}>{children(() => setOpen(false))}</div>}
    </div>
  );
}

// --- export ---------------------------------------------------------------------------------------------

/** The server gives no more at once (docs/api.md). */
const limits = [1_000, 10_000, 100_000] as const;
const formats = ['csv', 'jsonl', 'pcap', 'parquet'] as const;
/** Lists answer CSV and JSON by pages of this many rows. */
const mostListed = 10_000;

export function ExportMenu({ kind }: { kind: Kind }) {
  const [limit, setLimit] = useState<number>(limits[2]);
  const of = asked.value;
  const urlFor = (format: string) =>
    kind === 'packets' ? urlOf('/api/v1/export', { ...of, format, limit }) : urlOf(`/api/v1/${kind}`, { ...of, format, limit: mostListed });
  const named = kind !== 'packets' ? (['csv', 'json'] as const) : formats.filter((each) => each !== 'pcap' || me.value?.sees_destinations);
  // Lists are what everybody sees who sees this page; a file of packets is more.
  const canExport = kind !== 'packets' || may('partner');
  return (
    <Menu name={say('export')} icon="download">
      {(close) => (
        <>
          {!canExport ? <p class="state">{say('export.refused', { role: me.value?.role ?? '' })}</p> : kind === 'packets' ? (
            <label>
              {say('export.limit')}
              <select class="field" value={limit} onChange={(event) => setLimit(Number(event.currentTarget.value))}>
                {limits.map((each) => <option key={each} value={each}>{whole(each)}</option>)}
              </select>
            </label>
          ) : (
            <p class="quiet">{say('export.listed', { most: whole(mostListed) })}</p>
          )}
          <ul>
            {(canExport ? named : []).map((each) => (
              <li key={each}>
                <a class="button" href={urlFor(each)} download={`kizashi-${kind}.${each === 'jsonl' ? 'jsonl' : each}`} onClick={close}>{each.toUpperCase()}</a>
                <span class="quiet">{say(`export.${each}`)}</span>
                <button type="button" class="quiet" title={say('export.copy')} aria-label={`${say('export.copy')}: ${each}`}
                  onClick={() => void navigator.clipboard?.writeText(`${callOf(urlFor(each))} -o kizashi-${kind}.${each}`)}>
                  <Icon name="copy" size={13} />
                </button>
              </li>
            ))}
          </ul>
          {canExport && <p class="quiet">{say(me.value?.sees_destinations ? 'export.note' : 'export.hidden')}</p>}
        </>
      )}
    </Menu>
  );
}

// --- saved views ----------------------------------------------------------------------------------------

interface View {
  id: string | number;
  name: string;
  page: string;
  query: string;
  made: string | null;
}
const viewsPath = '/api/v1/views';

export function ViewsMenu() {
  return <Menu name={say('views')} icon="list">{(close) => (me.value?.login === 'session' ? <Views close={close} /> : <NoViews />)}</Menu>;
}

/** Views belong to an account. */
function NoViews() {
  return (
    <div class="state">
      <p>{say('views.account')}</p>
      <button type="button" class="button" onClick={() => (wantsLogIn.value = true)}>{frameWord('login.in')}</button>
    </div>
  );
}

/** What tells views of one name apart: filter and time, the day when it was made. */
function saysOf(of: View): string {
  const { filter, range } = parseQuery(`/${of.page}`, of.query);
  const when = range.live ? formatSpan(range.span) : `${time(range.from, { seconds: false, zone: false })} – ${time(range.to, { seconds: false })}`;
  return [filter, when, say('views.made', { day: timeOf(of.made, { seconds: false, zone: false }).slice(0, 10) })].filter(Boolean).join(' · ');
}

function Views({ close }: { close: () => void }) {
  const [views, setViews] = useState<readonly View[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [name, setName] = useState('');
  const load = (signal?: AbortSignal) =>
    getUrl<{ views?: View[]; rows?: View[] }>(viewsPath, signal).then((all) => setViews(all.views ?? all.rows ?? []));
  const orSay = (wrong: unknown) => setProblem(asProblem(wrong));
  useEffect(() => {
    const stop = new AbortController();
    load(stop.signal).catch((wrong) => stop.signal.aborted || orSay(wrong));
    return () => stop.abort();
  }, []);
  const save = (event: Event) => {
    event.preventDefault();
    const text = formatQuery({ ...query.value, show: '' });
    const at = text.indexOf('?');
    void act('POST', viewsPath, { name: name.trim(), page: query.value.path.slice(1), query: at < 0 ? '' : text.slice(at + 1) })
      .then(() => load()).then(() => setName('')).catch(orSay);
  };
  return (
    <>
      {problem && <Failure of={problem} />}
      {views?.length === 0 && <p class="quiet">{say('views.none')}</p>}
      <ul>
        {(views ?? []).map((each) => (
          <li key={each.id}>
            <span class="view">
              <a href={`/${each.page}${each.query ? `?${each.query}` : ''}`} title={each.query}
                onClick={(event) => {
                  event.preventDefault();
                  close();
                  go(`/${each.page}${each.query ? `?${each.query}` : ''}`);
                }}>{each.name}</a>
              <small>{saysOf(each)}</small>
            </span>
            <button type="button" class="quiet" title={say('views.drop')} aria-label={`${say('views.drop')}: ${each.name}`}
              onClick={() => void act('DELETE', `${viewsPath}/${encodeURIComponent(each.id)}`).then(() => load()).catch(orSay)}>
              <Icon name="close" size={12} />
            </button>
          </li>
        ))}
      </ul>
      {!problem && (
        <form onSubmit={save}>
          <input class="field" value={name} maxLength={100} placeholder={say('views.name')} aria-label={say('views.name')}
            onInput={(event) => setName(event.currentTarget.value)} />
          <button type="submit" class="button" disabled={name.trim() === ''}>{say('views.save')}</button>
        </form>
      )}
    </>
  );
}
