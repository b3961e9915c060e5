// What the server says of its engines: /api/v1/engines, read with care. Pure.

export interface Engine {
  name: string;
  title: string;
  paper: string;
  /** Its page of the documentation. */
  page: string;
}

const text = (of: unknown): string => (typeof of === 'string' ? of : '');

export function enginesFrom(answer: unknown): Engine[] {
  const all = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
  const rows = all['engines'] ?? all['rows'];
  return (Array.isArray(rows) ? (rows as unknown[]) : []).flatMap((each) => {
    if (typeof each !== 'object' || each === null) return [];
    const of = each as Record<string, unknown>;
    const name = text(of['name']);
    return name === '' ? [] : [{ name, title: text(of['title']), paper: text(of['paper']), page: text(of['page']) }];
  });
}
