// What a person likes, kept in this browser: theme, language, zone of times.
import { effect, signal } from '@preact/signals';

export type Theme = 'dark' | 'light';
export type Language = 'en' | 'ja';
export type Zone = 'UTC' | 'JST';

function kept<T extends string>(name: string, among: readonly T[], usual: () => T) {
  const key = `kizashi.${name}`;
  let first: string | null = null;
  try {
    first = localStorage.getItem(key);
  } catch {
    // A browser that keeps nothing: the usual holds each time.
  }
  const of = signal<T>(among.find((each) => each === first) ?? usual());
  let isFirst = true;
  effect(() => {
    const value = of.value;
    if (!isFirst) {
      try {
        localStorage.setItem(key, value);
      } catch {
        // As above.
      }
    }
    isFirst = false;
  });
  return of;
}

const prefersLight = () => typeof matchMedia === 'function' && matchMedia('(prefers-color-scheme: light)').matches;
const speaksJapanese = () => typeof navigator !== 'undefined' && navigator.language.startsWith('ja');

export const theme = kept<Theme>('theme', ['dark', 'light'], () => (prefersLight() ? 'light' : 'dark'));
export const language = kept<Language>('language', ['en', 'ja'], () => (speaksJapanese() ? 'ja' : 'en'));
export const zone = kept<Zone>('zone', ['UTC', 'JST'], () => (speaksJapanese() ? 'JST' : 'UTC'));
/** Whether the left navigation is folded to icons. */
export const folded = kept<'yes' | 'no'>('folded', ['yes', 'no'], () => 'no');

if (typeof document !== 'undefined')
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    document.documentElement.lang = language.value;
  });

/** Whether things may move by themselves. */
export const moves = () => typeof matchMedia !== 'function' || !matchMedia('(prefers-reduced-motion: reduce)').matches;
