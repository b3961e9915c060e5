// A panel: title, one picture, and what every picture has: its numbers as a table, the call of the API behind it, an
// explanation; its own waiting, mistake and emptiness.
//
//   <Panel title={say('ports')} span={3} of={ports} explain={{ method: say('ports.method') }}
//          table={() => ({ columns, rows })} isEmpty={rows.length === 0}>
//     <TopList ... />
//   </Panel>
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { me, wantsLogIn } from '../api/client';
import type { Problem } from '../api/problem';
import type { Asking } from '../api/use_ask';
import { say } from '../language';
import { percent, whole } from '../language/format';
import { Icon, type IconName } from '../look/icons';
import { WithDocLinks } from './doc_link';
import { Table, type Column } from './table';

export interface Explanation {
  /** How it is made: from which data, by which method. */
  method: string;
  /** What can be misread: forged sources, estimates. */
  caveat?: string;
  /** Paper or page of the documentation. */
  source?: string;
}

type Counting = Record<string, { is_exact: boolean; exact_up_to?: number; relative_error?: number; says?: string }>;

interface PanelOptions {
  title: string;
  /** Columns of twelve; panels of 7 and more take the whole row of a small window. */
  span?: number;
  /** Pixels, or any length; what its picture needs when it is not given. */
  height?: number | string;
  note?: ComponentChildren;
  /** The question, or those, behind the picture. */
  of?: Asking<unknown> | readonly Asking<unknown>[];
  isEmpty?: boolean;
  explain?: Explanation;
  table?: () => { columns: readonly Column<any>[]; rows: readonly any[] };
  /** Buttons of its own, left of the usual ones. */
  tools?: ComponentChildren;
  /** The picture goes to the edge. */
  isBare?: boolean;
  children?: ComponentChildren;
}

const listOf = (of: PanelOptions['of']): readonly Asking<unknown>[] =>
  of === undefined ? [] : Array.isArray(of) ? (of as readonly Asking<unknown>[]) : [of as Asking<unknown>];

export function ToolButton(of: { icon: IconName; title: string; pressed?: boolean; onClick: () => void }) {
  const pressed = of.pressed === undefined ? {} : { 'aria-pressed': of.pressed };
  return (
    <button type="button" title={of.title} aria-label={of.title} onClick={of.onClick} {...pressed}>
      <Icon name={of.icon} size={14} />
    </button>
  );
}

/** What the program of a person would call: a token in place of the cookie. */
export const callOf = (url: string): string =>
  `curl -s -H "Authorization: Bearer $KIZASHI_TOKEN" "${location.origin}${url}"`;

export function Panel(of: PanelOptions) {
  const [asTable, setAsTable] = useState(false);
  const [isExplained, setExplained] = useState(false);
  const [isCopied, setCopied] = useState(false);
  const asked = listOf(of.of);
  const urls = asked.flatMap((each) => (each.url ? [each.url] : []));
  const copy = () => {
    void navigator.clipboard?.writeText(urls.map(callOf).join('\n'));
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  const table = asTable && of.table ? of.table() : null;
  const style: Record<string, string> = {};
  if (of.span) style['gridColumn'] = `span ${of.span}`;
  if (of.height) style['height'] = typeof of.height === 'number' ? `${of.height}px` : of.height;
  const isOld = asked.some((each) => each.isOld && each.data !== null);
  return (
    <section
      class={`panel${(of.span ?? 0) > 6 ? ' is-wide' : ''}${isExplained ? ' is-explained' : ''}`}
      style={style} aria-label={of.title} aria-busy={asked.some((each) => each.isBusy)}
    >
      {asked.some((each) => each.isBusy && each.data === null) && <div class="busy" />}
      <header>
        <h2>{of.title}</h2>
        {of.note !== undefined && <span class="note">{of.note}</span>}
        <div class="tools">
          {of.tools}
          {of.table && (
            <ToolButton icon={asTable ? 'chart' : 'table'} pressed={asTable}
              title={say(asTable ? 'panel.picture' : 'panel.table')} onClick={() => setAsTable(!asTable)} />
          )}
          {urls.length > 0 && (
            <ToolButton icon={isCopied ? 'check' : 'copy'} title={say(isCopied ? 'panel.copied' : 'panel.copy')} onClick={copy} />
          )}
          {of.explain && (
            <ToolButton icon="info" pressed={isExplained} title={say('panel.explain')} onClick={() => setExplained(!isExplained)} />
          )}
        </div>
      </header>
      {isExplained && of.explain && <Explain of={of.explain} asked={asked} />}
      <div class={`body${of.isBare ? ' is-bare' : ''}${isOld ? ' is-old' : ''}`}>
        <State asked={asked} isEmpty={of.isEmpty ?? false}>
          {table ? <Table columns={table.columns} rows={table.rows} /> : of.children}
        </State>
      </div>
    </section>
  );
}

function Explain({ of, asked }: { of: Explanation; asked: readonly Asking<unknown>[] }) {
  const counting = asked.map((each) => (each.data as { counting?: Counting } | null)?.counting).find((each) => each !== undefined);
  const errors = Object.entries(counting ?? {}).filter(([, each]) => !each.is_exact);
  return (
    <dl class="explain">
      <dt>{say('panel.method')}</dt>
      <dd>{of.method}</dd>
      {of.caveat && (
        <>
          <dt>{say('panel.caveat')}</dt>
          <dd>{of.caveat}</dd>
        </>
      )}
      {counting && (
        <>
          <dt>{say('panel.error')}</dt>
          {errors.length === 0 && <dd>{say('panel.exact')}</dd>}
          {errors.map(([name, each]) => (
            <dd key={name}>
              {each.says
                ? say('panel.says', { name, says: each.says })
                : say('panel.counting', { name, exact: whole(each.exact_up_to ?? 0), error: percent(each.relative_error ?? 0) })}
            </dd>
          ))}
        </>
      )}
      {of.source && (
        <>
          <dt>{say('panel.source')}</dt>
          <dd><WithDocLinks text={of.source} /></dd>
        </>
      )}
    </dl>
  );
}

/** What is shown in place of a picture: waiting, a mistake, nothing. For parts outside of panels as well. */
export function State(of: { asked: readonly Asking<unknown>[]; isEmpty: boolean; children?: ComponentChildren }) {
  const failed = of.asked.find((each) => each.problem !== null && each.data === null);
  if (failed?.problem) return <Failure of={failed.problem} again={failed.again} />;
  if (of.asked.some((each) => each.url === null)) return <p class="state">{say('panel.waiting')}</p>;
  if (of.asked.some((each) => each.data === null)) return <div class="state" />;
  if (of.isEmpty) return <p class="state">{say('panel.empty')}</p>;
  return <>{of.children}</>;
}

export function Failure({ of, again }: { of: Problem; again?: () => void }) {
  // A filter of what these rows do not have is no mistake: other panels have it.
  if (of.status === 501) return <p class="state">{of.filterAt?.message ?? of.detail}</p>;
  const text =
    of.status === 0 ? say('problem.gone')
    : of.status === 401 ? say('problem.login')
    : of.status === 403 ? say('problem.forbidden', { role: me.value?.role ?? '' })
    : of.status === 429 ? say('problem.later', { seconds: of.retryAfter ?? 60 })
    : null;
  return (
    <div class="state is-bad" role="alert">
      {text && <p>{text}</p>}
      {of.detail && <p class="detail">{of.filterAt?.message ?? of.detail}</p>}
      {of.errors.map((each) => (
        <p class="detail" key={each.where}>
          <code>{each.where}</code> {each.came ?? ''} → {each.expected}
        </p>
      ))}
      {of.status === 401 ? (
        <button type="button" class="button" onClick={() => (wantsLogIn.value = true)}>{say('login.in')}</button>
      ) : (
        again && of.status !== 400 && <button type="button" class="button" onClick={again}>{say('panel.again')}</button>
      )}
    </div>
  );
}

/** "shown 50,000 of 1.2 M", when not everything is. */
export const limited = (shown: number, all: number, text: (of: number) => string): string | null =>
  shown < all ? say('panel.limited', { shown: text(shown), all: text(all) }) : null;
