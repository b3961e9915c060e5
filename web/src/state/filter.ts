// Adding to and taking from an expression of the filter language (docs/filter.md), as text.

/** Where the top level of an expression is joined by `word` ("and", "or"): the parts between. */
function splitTop(text: string, words: readonly string[]): string[] {
  const parts: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let i = 0; i < text.length; ++i) {
    const letter = text[i];
    if (letter === '"') {
      for (++i; i < text.length && text[i] !== '"'; ++i) if (text[i] === '\\') ++i;
    } else if (letter === '(' || letter === '{') {
      ++depth;
    } else if (letter === ')' || letter === '}') {
      --depth;
    } else if (depth === 0) {
      const word = words.find((each) => joins(text, i, each));
      if (!word) continue;
      parts.push(text.slice(begin, i).trim());
      begin = i + word.length;
      i = begin - 1;
    }
  }
  parts.push(text.slice(begin).trim());
  return parts.filter((each) => each !== '');
}

function joins(text: string, at: number, word: string): boolean {
  if (text.slice(at, at + word.length).toLowerCase() !== word) return false;
  if (!/[a-z]/.test(word)) return true;
  // What words are made of (docs/filter.md): "north-and-south" is one.
  return !/[\w.:/+-]/.test(text[at - 1] ?? ' ') && !/[\w.:/+-]/.test(text[at + word.length] ?? ' ');
}

/** The conditions that all have to hold: "a and b" gives a, b; "a or b" is one. */
export function termsOf(filter: string): string[] {
  if (splitTop(filter, ['or', '||']).length > 1) return [filter.trim()];
  return splitTop(filter, ['and', '&&']);
}

function join(terms: readonly string[]): string {
  if (terms.length < 2) return terms[0] ?? '';
  return terms.map((each) => (splitTop(each, ['or', '||']).length > 1 ? `(${each})` : each)).join(' and ');
}

export function hasTerm(filter: string, term: string): boolean {
  return termsOf(filter).includes(term.trim());
}

/** `filter` with the condition; what is there already, and its contrary, are replaced. */
export function withTerm(filter: string, term: string): string {
  const contrary = negate(term);
  return join([...termsOf(filter).filter((each) => each !== term && each !== contrary), term]);
}

export function withoutTerm(filter: string, term: string): string {
  return join(termsOf(filter).filter((each) => each !== term));
}

/** The contrary of a comparison: "port == 23" and "port != 23". */
export function negate(term: string): string {
  const [, field, operator = '', value] = /^([\w.]+) (==|!=|in|not in) (.*)$/s.exec(term) ?? [];
  const contrary = { '==': '!=', '!=': '==', in: 'not in', 'not in': 'in' }[operator];
  return contrary ? `${field} ${contrary} ${value}` : `not (${term})`;
}

/** A value as the language writes it: in quotes when there is more in it than its names have. */
export function quote(value: string | number): string {
  const text = String(value);
  return /^[\w.:/+-]+$/.test(text) ? text : `"${text.replace(/(["\\])/g, '\\$1')}"`;
}

/** "dst.port == 23"; null is "none": not known. */
export function term(field: string, value: string | number | null): string {
  return `${field} == ${value === null ? 'none' : quote(value)}`;
}

/** The condition that any of the values fits: "country in {CN, JP}". */
export function anyOf(field: string, values: readonly (string | number | null)[]): string {
  if (values.length === 1) return term(field, values[0] ?? null);
  return `${field} in {${values.map((each) => (each === null ? 'none' : quote(each))).join(', ')}}`;
}

/** The values that the conditions on a field ask for: of "country in {CN, JP}" both. */
export function valuesOf(filter: string, field: string): string[] {
  return termsOf(filter).flatMap((each) => {
    const found = /^([\w.]+) (?:==|in) (\{.*\}|"(?:[^"\\]|\\.)*"|\S+)$/.exec(each);
    if (found?.[1] !== field) return [];
    const values = found[2]?.replace(/^\{|\}$/g, '').match(/"(?:[^"\\]|\\.)*"|[^,\s]+/g) ?? [];
    return values.map((value) => (value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value));
  });
}

/** `filter` without its conditions on a field, and with this one instead. */
export function withOnly(filter: string, field: string, term: string | null): string {
  const others = termsOf(filter).filter((each) => !new RegExp(`^${field.replace('.', '\\.')} (==|!=|in|not in) [^()]*$`).test(each));
  return term === null ? join(others) : withTerm(join(others), term);
}
