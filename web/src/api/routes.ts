// Which routes this server has, and what they take, by its own description: pages that need one of a later version say
// so, instead of asking in vain.
import { signal } from '@preact/signals';
import { getUrl } from './client';

interface Operation {
  parameters?: { name?: string }[];
}
const known = signal<ReadonlyMap<string, ReadonlySet<string>> | null>(null);
let isAsked = false;

function learn() {
  if (isAsked) return;
  isAsked = true;
  getUrl<{ paths: Record<string, { get?: Operation }> }>('/api/v1/openapi.json').then(
    ({ paths }) => {
      const names = (of: Operation | undefined) => new Set((of?.parameters ?? []).flatMap((each) => each.name ?? []));
      known.value = new Map(Object.entries(paths).map(([path, each]) => [path, names(each.get)]));
    },
    () => (isAsked = false),
  );
}

/** "/api/v1/findings" is there: true, false; null: not known yet. Read while rendering, it renders again when it is known. */
export function hasRoute(path: string): boolean | null {
  learn();
  return known.value === null ? null : known.value.has(path);
}

/** Whether GET of the route takes a parameter; false while it is not known. */
export function routeTakes(path: string, parameter: string): boolean {
  learn();
  return known.value?.get(path)?.has(parameter) ?? false;
}
