// What the colours of marks mean. A click filters by it, with Shift it is left out.
import { say } from '../language';
import { classMarks } from '../look/palette';
import { hasTerm, negate } from '../state/filter';
import { filter, toggleTerm } from '../state/store';
import { shapeOf } from './class_mark';
import type { Colouring } from './colouring';

export function ColourLegend({ of, tools }: { of: Colouring; tools: ReadonlyMap<number, string> }) {
  return (
    <ul class="colour-legend">
      {of.names(tools).map(({ index, name, color, term }) => (
        <li key={index}>
          <button type="button" disabled={term === null} aria-pressed={term !== null && hasTerm(filter.value, term)}
            title={term === null ? name : `${say('filter.add', { term })}\n${say('table.filter')}`}
            onClick={(event) => term !== null && toggleTerm(event.shiftKey ? negate(term) : term)}>
            <svg width="10" height="10" viewBox="0 0 10 10" style={{ color }} aria-hidden="true">
              {shapeOf(of.by === 'class' ? (classMarks[index]?.shape ?? 'dot') : 'square')}
            </svg>
            {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
