// A table of any length: only rows in view are in the page. Columns sort; cells with a term filter by it (with Shift:
// leave it out); keyboard: up, down, page, home, end, Enter opens, f filters, o goes to the page of the first address, port or network.
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { say } from '../language';
import { negate } from '../state/filter';
import { go, toggleTerm } from '../state/store';
import { EntityArrow } from './entity';
import { fitted, inView, nextSort, sorted, type Cell, type Sort } from './rows';

export interface Column<T> {
  key: string;
  title: string;
  value: (row: T) => Cell;
  /** What is shown; the value when it is not given. */
  cell?: (row: T) => ComponentChildren;
  isNumber?: boolean;
  /** "1fr", "90px"; 1fr when it is not given. */
  width?: string;
  /** The condition that a click adds. */
  term?: (row: T) => string | null;
  /** The page of what it is (parts/entity.ts), opened by the small arrow behind it, or by o. */
  link?: (row: T) => string | null;
}

interface TableOptions<T> {
  columns: readonly Column<T>[];
  rows: readonly T[];
  /** Enter, double click. */
  onOpen?: (row: T) => void;
  /** For tables beside what is chosen in them: a click, up and down. */
  onChoose?: (row: T) => void;
  /** The chosen one. */
  isOn?: (row: T) => boolean;
  firstSort?: Sort;
  /** Where the rows come to their end: time for the next page. */
  onEnd?: () => void;
}

const rowHeight = 26;

export function Table<T>(of: TableOptions<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [sort, setSort] = useState<Sort | null>(of.firstSort ?? null);
  const [view, setView] = useState({ top: 0, height: 400, width: 0 });
  const [active, setActive] = useState(-1);
  const rows = useMemo(() => {
    const by = sort && of.columns.find((each) => each.key === sort.key);
    return by ? sorted(of.rows, by.value, sort.isDown) : of.rows;
  }, [of.rows, sort]);
  useEffect(() => {
    const at = box.current;
    if (!at) return;
    const look = () => setView({ top: at.scrollTop, height: at.clientHeight, width: at.clientWidth });
    look();
    const watch = new ResizeObserver(look);
    watch.observe(at);
    at.addEventListener('scroll', look, { passive: true });
    return () => {
      watch.disconnect();
      at.removeEventListener('scroll', look);
    };
  }, []);
  const { first, end } = inView(rows.length, rowHeight, view.top, view.height);
  useEffect(() => {
    if (rows.length > 0 && end === rows.length) of.onEnd?.();
  }, [end, rows.length]);

  const goTo = (row: number) => {
    const to = Math.max(0, Math.min(rows.length - 1, row));
    setActive(to);
    if (rows[to] !== undefined) of.onChoose?.(rows[to]);
    const at = box.current;
    if (!at) return;
    if (to * rowHeight < at.scrollTop) at.scrollTop = to * rowHeight;
    const bottom = (to + 2) * rowHeight;
    if (bottom > at.scrollTop + at.clientHeight) at.scrollTop = bottom - at.clientHeight;
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 2);
    const steps: Record<string, number> = {
      ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: rows.length - 1,
    };
    const row = rows[active];
    const to = steps[event.key];
    if (to !== undefined) goTo(to);
    else if (event.key === 'Enter' && row !== undefined) of.onOpen?.(row);
    else if (event.key === 'f' && row !== undefined) {
      const term = of.columns.map((each) => each.term?.(row)).find((each) => each);
      if (term) toggleTerm(term);
    } else if (event.key === 'o' && row !== undefined) {
      const link = of.columns.map((each) => each.link?.(row)).find((each) => each);
      if (link) go(link);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const click = (event: MouseEvent) => {
    const at = event.target instanceof Element ? event.target : null;
    const row = at?.closest<HTMLElement>('[data-row]')?.dataset['row'];
    if (row !== undefined) setActive(Number(row));
    if (at?.closest('a')) return;
    const term = at?.closest<HTMLElement>('[data-term]')?.dataset['term'];
    if (term) return toggleTerm(event.shiftKey ? negate(term) : term);
    const chosen = row === undefined ? undefined : rows[Number(row)];
    if (chosen !== undefined) of.onChoose?.(chosen);
  };
  const { columns: widths, squeeze, least } = fitted(of.columns.map((each) => each.width ?? 'minmax(0, 1fr)'), view.width);
  const isWider = view.width > 0 && least > view.width;
  const room = isWider ? { minWidth: `${least}px` } : squeeze > 0 ? { '--pad': `${8 - squeeze / 2}px` } : {};
  return (
    <div class={`table scroll${isWider ? ' is-wider' : ''}`} role="grid" tabIndex={0} ref={box} onKeyDown={press} onClick={click} aria-rowcount={rows.length}
      onDblClick={() => rows[active] !== undefined && of.onOpen?.(rows[active])}>
      <div class="head" role="row" style={{ gridTemplateColumns: widths, ...room }}>
        {of.columns.map((each) => (
          <span key={each.key} role="columnheader" class={each.isNumber ? 'is-number' : ''}
            {...(sort?.key === each.key ? { 'aria-sort': sort.isDown ? ('descending' as const) : ('ascending' as const) } : {})}>
            <button type="button" tabIndex={-1} title={each.title} onClick={() => setSort(nextSort(sort, each.key, each.isNumber ?? false))}>
              {each.title}
              {sort?.key === each.key && (sort.isDown ? ' ↓' : ' ↑')}
            </button>
          </span>
        ))}
      </div>
      <div role="rowgroup" style={{ height: `${rows.length * rowHeight}px`, position: 'relative', ...room }}>
        {rows.slice(first, end).map((row, i) => (
          <div key={first + i} role="row" data-row={first + i} aria-rowindex={first + i + 1}
            class={`row${first + i === active ? ' is-active' : ''}${of.isOn?.(row) ? ' is-on' : ''}`} {...(of.isOn ? { 'aria-selected': of.isOn(row) } : {})}
            style={{ top: `${(first + i) * rowHeight}px`, gridTemplateColumns: widths }}>
            {of.columns.map((each) => {
              const term = each.term?.(row);
              const link = each.link?.(row);
              return (
                <span key={each.key} role="gridcell" class={`cell${each.isNumber ? ' is-number' : ''}`}>
                  {term ? (
                    <span data-term={term} title={`${say('filter.add', { term })}\n${say('table.filter')}`}>{each.cell?.(row) ?? each.value(row)}</span>
                  ) : (
                    (each.cell?.(row) ?? each.value(row))
                  )}
                  {link && <EntityArrow to={link} />}
                </span>
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}
