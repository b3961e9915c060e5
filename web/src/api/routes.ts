// Which routes this server has, by its own description: pages that need one of a later version say so, instead of
// asking in vain.
import { signal } from '@preact/signals';
import { getUrl } from './client';

const known = signal<ReadonlySet<string> | null>(null);
let isAsked = false;

/** "/api/v1/findings" is there: true, false; null: not known yet. Read while rendering, it renders again when it is known. */
export function hasRoute(path: string): boolean | null {
  if (!isAsked) {
    isAsked = true;
    getUrl<{ paths: Record<string, unknown> }>('/api/v1/openapi.json').then(
      (each) => (known.value = new Set(Object.keys(each.paths))),
      () => (isAsked = false),
    );
  }
  return known.value === null ? null : known.value.has(path);
}
