// The tools of live frames by number, and back. Asked for once.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from '../api/client';
import type { ToolNumbers } from './frame_filter';

export interface Tools {
  names: ReadonlyMap<number, string>;
  numbers: ToolNumbers;
  /** Those that say malware and not a tool; null: not known yet. */
  malware: ReadonlySet<string> | null;
}
const known = signal<Tools>({ names: new Map(), numbers: new Map(), malware: null });
let isAsked = false;

export function useTools(): Tools {
  useEffect(() => {
    if (isAsked) return;
    isAsked = true;
    get('/api/v1/names/{kind}', {}, { parts: { kind: 'fingerprint' } }).then(
      ({ rows }) => {
        const named = rows.map((each) => [each.number, each.name] as const);
        known.value = {
          names: new Map(named), numbers: new Map(named.map(([number, name]) => [name.toLowerCase(), number])),
          malware: new Set(rows.filter((each) => each.means === 'malware').map((each) => each.name)),
        };
      },
      () => (isAsked = false),
    );
  }, []);
  return known.value;
}
