// What it is, and on what that stands.
import type { Schemas } from '../../api/types';
import type { Asking } from '../../api/use_ask';
import { className } from '../../language';
import { percent, whole } from '../../language/format';
import { Panel } from '../../parts/panel';
import { useTools } from '../../parts/tools';
import { verdictOf, type Reason, type VerdictKind } from './verdict';
import type { EntityKind } from './terms';
import { say } from './words';

const tones: Record<VerdictKind, 'bad' | 'warn' | 'calm' | 'known'> = {
  unseen: 'calm', listed: 'known', infected: 'bad', scanner: 'warn', amplifier: 'warn', payload: 'bad', victim: 'calm',
  misconfigured: 'calm', forged: 'calm', unclear: 'calm',
};

/** The reason as a sentence, in the person's language. */
function sentence(of: Reason): string {
  const values = Object.fromEntries(Object.entries(of.values).map(([name, each]) =>
    [name, name === 'class' ? className(String(each)) : typeof each === 'number' ? whole(each) : each]));
  return say(`why.${of.key}`, values);
}

export function VerdictPanel({ of, kind }: { of: Asking<Schemas['host']>; kind: EntityKind }) {
  const { malware } = useTools();
  const verdict = of.data && malware ? verdictOf(of.data, malware) : null;
  return (
    <Panel title={say('verdict')} span={4} height={254} of={of}
      explain={{ method: say('verdict.method'), caveat: say('verdict.caveat'), source: 'docs/traffic.md, docs/fingerprints.md, docs/known-scanners.md' }}
      table={() => ({
        columns: [
          { key: 'why', title: say('verdict.why'), value: (each: Reason) => sentence(each) },
          { key: 'part', title: say('verdict.part'), value: (each: Reason) => each.part ?? null, cell: (each: Reason) => (each.part === undefined ? '' : percent(each.part)), isNumber: true, width: '80px' },
        ],
        rows: verdict?.reasons ?? [],
      })}>
      {verdict && (
        <div class="entity-verdict scroll">
          <p class={`say tone-${tones[verdict.kind]}`} data-verdict={verdict.kind}>
            <Sign tone={tones[verdict.kind]} />
            <span>
              <b>{say(`verdict.${verdict.kind}`)}</b>
              <small>{say(kind === 'prefix' && verdict.kind !== 'unseen' ? 'verdict.of-prefix' : `verdict.${verdict.kind}.help`)}</small>
            </span>
          </p>
          <ul>
            {verdict.reasons.map((each) => (
              <li key={each.key + Object.values(each.values).join()}>
                <span>{sentence(each)}</span>
                {each.part !== undefined && (
                  <span class="entity-share" title={percent(each.part)}>
                    <i style={{ width: `${Math.max(2, each.part * 100)}%` }} />
                    <em>{percent(each.part)}</em>
                  </span>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Panel>
  );
}

/** A shape for each tone: colour is never alone. */
function Sign({ tone }: { tone: 'bad' | 'warn' | 'calm' | 'known' }) {
  const shape = {
    bad: <path d="M10 1.500h8l8.500 8.500v8L18 26.500h-8L1.500 18v-8z" />,
    warn: <path d="M14 3L26.500 25H1.500z" />,
    calm: <circle cx="14" cy="14" r="11.500" />,
    known: <path d="M3 3h22v22H3z" />,
  }[tone];
  const inside = { bad: 'M9.500 9.500l9 9M18.500 9.500l-9 9', warn: 'M14 11v7M14 21.300v.4', calm: 'M9 14h10', known: 'M8.500 14.500l4 4 7.500-8.500' }[tone];
  return (
    <svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true">
      <g fill="currentColor" fill-opacity="0.16" stroke="currentColor" stroke-width="1.500" stroke-linejoin="round">{shape}</g>
      <path d={inside} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
    </svg>
  );
}
