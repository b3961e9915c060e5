// Words in two languages. The frame's are here; each page has its own beside it, so that they come with the page:
//
//   import en from './en.json'; import ja from './ja.json';
//   const say = dictionary(en, ja);          say('title')   say('shown', { count: '12' })
//
// A test holds that both files have the same keys and places, and that each key is used.
import { language, type Language } from '../state/settings';
import en from './en.json';
import ja from './ja.json';

export type Text = { en: string; ja: string };

/** "{count} packets" with { count: "12" }. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function dictionary<K extends string>(english: Record<K, string>, japanese: Record<NoInfer<K>, string>) {
  const of: Record<Language, Record<K, string>> = { en: english, ja: japanese };
  return (key: K, values?: Record<string, string | number>): string => fill(of[language.value][key], values);
}

/** The frame's and parts' words. */
export const say = dictionary(en, ja);
export const pick = (of: Text): string => of[language.value];

const classes = ['scan', 'backscatter', 'amplifier-probe', 'payload', 'misconfiguration', 'unroutable', 'fragment', 'other'] as const;
/** The word for a class of traffic; what is not known stays as it is. */
export function className(of: string): string {
  const known = classes.find((each) => each === of);
  return known ? say(`class.${known}`) : of;
}
