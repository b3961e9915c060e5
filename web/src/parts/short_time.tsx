// A time in a column: month, day and clock; the whole of it, with its zone, when pointed at.
import { timeOf } from '../language/format';

export const shortTime = (text: string | null) =>
  text === null ? '–' : <span title={timeOf(text)}>{timeOf(text, { zone: false }).slice(5)}</span>;
