// What may stand at the cursor in an expression of the filter language (docs/filter.md). Pure.

/** A field as GET /api/v1/fields says it. */
export interface Field {
  name: string;
  aliases?: readonly string[];
  kind: string;
  help?: string;
  /** The words of a field that has a few, or the names that the store knows. */
  values?: readonly string[];
}
export interface Fields {
  fields: readonly Field[];
  /** Operators by the kind of a field. */
  operators: Readonly<Record<string, readonly string[]>>;
}
export interface Suggestion {
  text: string;
  help: string;
  /** What it replaces: from here to the cursor. */
  from: number;
}
type Token = { text: string; at: number };

/** Words, quoted names, operators and brackets before the cursor. */
function tokensOf(text: string): Token[] {
  const out: Token[] = [];
  const pattern = /"(?:\\.|[^"\\])*"?|[\w.:/+-]+|==|!=|<=|>=|&&|\|\||[<>=!(){},]/g;
  for (const found of text.matchAll(pattern)) out.push({ text: found[0], at: found.index });
  return out;
}

const symbols = new Set(['==', '=', '!=', '<', '<=', '>', '>=', 'in']);
const isWord = (text: string) => /^["\w]/.test(text);

/** Suggestions for `text` with the cursor at `caret`. */
export function complete(text: string, caret: number, of: Fields): Suggestion[] {
  const before = text.slice(0, caret);
  const tokens = tokensOf(before);
  const last = tokens[tokens.length - 1];
  const isOpen = last !== undefined && last.at + last.text.length === caret && (isWord(last.text) || /^[=!<>]/.test(last.text));
  const partial = isOpen ? last.text : '';
  const from = isOpen ? last.at : caret;
  const done = isOpen ? tokens.slice(0, -1) : tokens;
  const state = stateAfter(done.map((each) => each.text), of);
  const fitting = (all: readonly { text: string; help: string }[]) =>
    all.filter((each) => fits(each.text, partial)).sort((a, b) => Number(starts(b.text, partial)) - Number(starts(a.text, partial)))
      .map((each) => ({ ...each, from }));
  switch (state.what) {
    case 'field':
      return fitting([
        ...of.fields.map((each) => ({ text: each.name, help: each.help ?? '' })),
        { text: 'not', help: '' },
      ]);
    case 'operator':
      return fitting((of.operators[state.field.kind] ?? []).map((each) => ({ text: each, help: '' })));
    case 'value':
      return fitting((state.field.values ?? []).map((each) => ({ text: each, help: '' })));
    case 'join':
      return fitting(['and', 'or'].map((each) => ({ text: each, help: '' })));
  }
}

const starts = (text: string, partial: string) => text.toLowerCase().startsWith(partial.toLowerCase().replace(/^"/, ''));
const fits = (text: string, partial: string) =>
  text.toLowerCase() !== partial.toLowerCase() && (partial === '' || text.toLowerCase().includes(partial.toLowerCase().replace(/^"/, '')));

type State = { what: 'field' } | { what: 'operator'; field: Field } | { what: 'value'; field: Field } | { what: 'join' };

function stateAfter(tokens: readonly string[], of: Fields): State {
  let state: State = { what: 'field' };
  let isInSet = false;
  for (const token of tokens) {
    const word = token.toLowerCase();
    if (word === 'and' || word === 'or' || word === '&&' || word === '||' || word === '(') {
      state = { what: 'field' };
    } else if (word === '{') {
      isInSet = true;
    } else if (word === '}') {
      isInSet = false;
      state = { what: 'join' };
    } else if (word === ',' || ((word === 'not' || word === '!') && state.what !== 'join')) {
      continue;
    } else if (state.what === 'field') {
      const field = of.fields.find((each) => each.name === word || each.aliases?.includes(word));
      state = !field ? { what: 'join' } : field.kind === 'yes' ? { what: 'join' } : { what: 'operator', field };
    } else if (state.what === 'operator') {
      state = symbols.has(word) ? { what: 'value', field: state.field } : { what: 'join' };
    } else if (state.what === 'value' && isWord(token) && !isInSet) {
      state = { what: 'join' };
    }
  }
  return state;
}

/** The text after a suggestion is taken, and where the cursor is then. A name with other signs than words have is quoted. */
export function taken(text: string, caret: number, of: Suggestion): { text: string; caret: number } {
  const isBare = /^[\w.:/+-]+$/.test(of.text) || /^[=!<>(]+$/.test(of.text) || of.text === 'not in';
  const word = isBare ? of.text : `"${of.text.replace(/(["\\])/g, '\\$1')}"`;
  const rest = text.slice(caret);
  const gap = rest.startsWith(' ') || word === '(' ? '' : ' ';
  const start = text.slice(0, of.from) + word + gap;
  return { text: start + rest, caret: start.length + (rest.startsWith(' ') ? 1 : 0) };
}
