// The right drawer: evidence of the selected thing. The URL says which: show=host:192.0.2.7. A kind of evidence is a
// file in src/evidence; its component gets what stands behind the colon.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { say } from '../language';
import { Icon } from '../look/icons';
import { query, show } from '../state/store';

export interface EvidenceProps {
  of: string;
}

const kinds = import.meta.glob<{ default: ComponentType<EvidenceProps> }>('../evidence/*.tsx');

export function Drawer() {
  const what = query.value.show;
  const colon = what.indexOf(':');
  const [kind, of] = [what.slice(0, Math.max(0, colon)), what.slice(colon + 1)];
  const [made, setMade] = useState<{ kind: string; Evidence: ComponentType<EvidenceProps> } | null>(null);
  useEffect(() => {
    const load = kinds[`../evidence/${kind}.tsx`];
    if (load) void load().then((each) => setMade({ kind, Evidence: each.default }), () => undefined);
  }, [kind]);
  if (!kinds[`../evidence/${kind}.tsx`]) return null;
  return (
    <aside class="drawer" aria-label={say('drawer.label')}>
      <header>
        <span class="mono">{of}</span>
        <span class="tools">
          <button type="button" title={say('close')} aria-label={say('close')} onClick={() => show('')}>
            <Icon name="close" size={14} />
          </button>
        </span>
      </header>
      <div class="scroll">{made?.kind === kind && <made.Evidence key={of} of={of} />}</div>
    </aside>
  );
}
