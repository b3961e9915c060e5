// Names of pages of the documentation as links to them: "docs/engines/surge.md".
import { linkTo } from '../state/store';

/** "engines/surge" */
export const docPath = (name: string): string => linkTo('/docs', { of: name });

/** A text in which such names stand. */
export function WithDocLinks({ text }: { text: string }) {
  return (
    <>
      {text.split(/(docs\/[\w/-]+\.md)/).map((each, i) =>
        i % 2 === 1 ? <a key={i} class="entity" href={docPath(each.slice(5, -3))}>{each}</a> : each)}
    </>
  );
}
