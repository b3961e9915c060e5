// The most frequent of something, with a bar each, and how it changed. A click filters by it; with Shift it is left out.
import type { ComponentChildren } from 'preact';
import { say } from '../language';
import { short, whole } from '../language/format';
import { hasTerm, negate } from '../state/filter';
import { filter, go, toggleTerm } from '../state/store';
import { EntityArrow } from './entity';
import { changeOf, changeText } from './change';

export interface TopRow {
  key: string;
  name: ComponentChildren;
  /** Said quietly behind the name. */
  more?: string | null;
  count: number;
  /** The count of the same span before; undefined: not known. */
  before?: number | null | undefined;
  term: string;
  /** The page of what it is (parts/entity.ts). */
  link?: string | null;
}

export function TopList({ rows, unit = 'week' }: { rows: readonly TopRow[]; unit?: 'day' | 'week' }) {
  const most = Math.max(1, ...rows.map((each) => each.count));
  const hasChanges = rows.some((each) => each.before !== undefined && each.before !== null);
  const pick = (term: string, isShifted: boolean) => toggleTerm(isShifted ? negate(term) : term);
  return (
    <ul class={`top-list${hasChanges ? ' has-changes' : ''}`}>
      {rows.map((each) => (
        <li key={each.key} tabIndex={0} role="button" class={hasTerm(filter.value, each.term) ? 'is-on' : ''}
          title={`${whole(each.count)}\n${say('filter.add', { term: each.term })}`}
          onClick={(event) => event.target instanceof Element && event.target.closest('a') === null && pick(each.term, event.shiftKey)}
          onKeyDown={(event) => {
            if (event.key === 'o' && each.link) return go(each.link);
            if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
            event.preventDefault();
            pick(each.term, event.shiftKey);
          }}>
          <span class="fill" style={{ width: `${(each.count / most) * 100}%` }} />
          <span class="name">
            {each.name}
            {each.more && <small>{each.more}</small>}
            {each.link && <EntityArrow to={each.link} />}
          </span>
          <span class="count">{short(each.count)}</span>
          {hasChanges && <ChangeMark after={each.count} before={each.before} unit={unit} />}
        </li>
      ))}
    </ul>
  );
}

/** "▲ +12 %" against the day or week before; empty when nothing is known of it. */
export function ChangeMark({ after, before, unit }: { after: number; before: number | null | undefined; unit: 'day' | 'week' }) {
  const of = changeOf(after, before);
  if (!of) return <span class="change" />;
  const sign = { new: '◆', up: '▲', down: '▽', same: '' }[of.kind];
  return (
    <span class={`change is-${of.kind}`} title={say('change.help', { before: whole(before), unit: say(`change.${unit}`) })}>
      {sign} {of.kind === 'new' ? say('change.new') : changeText(of)}
    </span>
  );
}
