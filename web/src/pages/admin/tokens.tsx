// One's own tokens: for programs.
import { useState } from 'preact/hooks';
import { act } from '../../api/client';
import type { Schemas } from '../../api/types';
import { useAsk, type Asking } from '../../api/use_ask';
import { timeOf } from '../../language/format';
import { Panel } from '../../parts/panel';
import { Table, type Column } from '../../parts/table';
import { Labelled, Secret, useDoing, Wrong } from './forms';
import { say } from './words';

type Token = Schemas['token'];
type Scope = Token['scopes'][number];
const scopes: readonly Scope[] = ['read', 'metrics', 'query', 'export', 'edit', 'admin'];
const spans = [30, 90, 365] as const;

const dayOf = (text: string | null, otherwise: string) => (text ? timeOf(text, { seconds: false }) : otherwise);

const columns = (revoke: (of: Token) => void): Column<Token>[] => [
  { key: 'label', title: say('label'), value: (each) => each.label },
  { key: 'hint', title: say('token.hint'), value: (each) => each.hint, cell: (each) => <code>{each.hint}</code>, width: '130px' },
  { key: 'scopes', title: say('scopes'), value: (each) => each.scopes.join(' ') },
  { key: 'made', title: say('made'), value: (each) => each.made, cell: (each) => dayOf(each.made, ''), width: '160px' },
  { key: 'used', title: say('used'), value: (each) => each.used, cell: (each) => dayOf(each.used, say('never')), width: '160px' },
  { key: 'ends', title: say('expires'), value: (each) => each.ends, cell: (each) => dayOf(each.ends, say('expires.never')), width: '160px' },
  { key: 'revoke', title: '', value: (each) => each.revoked, width: '110px',
    cell: (each) => (each.revoked ? <span class="quiet">{say('revoked')}</span>
      : <button type="button" class="pick" onClick={() => revoke(each)}>{say('revoke')}</button>) },
];

export function Tokens() {
  const of = useAsk('/api/v1/tokens', {});
  const doing = useDoing();
  const revoke = (each: Token) => void doing.run(() => act('DELETE', `/api/v1/tokens/${each.id}`)).then(of.again);
  return (
    <>
      <Panel title={say('tab.tokens')} span={8} height="var(--list)" of={of} isBare explain={{ method: say('tokens.method'), source: 'docs/access.md' }}>
        <Wrong of={doing} />
        <Table columns={columns(revoke)} rows={of.data?.tokens ?? []} />
      </Panel>
      <div class="forms"><Make list={of} /></div>
    </>
  );
}

function Make({ list }: { list: Asking<unknown> }) {
  const doing = useDoing();
  const [label, setLabel] = useState('');
  const [may, setMay] = useState<readonly Scope[]>(['read']);
  const [days, setDays] = useState('90');
  const [secret, setSecret] = useState<string | null>(null);
  const make = (event: Event) => {
    event.preventDefault();
    const body = { label, scopes: may, ...(days ? { expires: `${days}d` } : {}) };
    void doing
      .run(async () => setSecret((await act<Schemas['made_token']>('POST', '/api/v1/tokens', body))?.secret ?? null))
      .then((worked) => {
        if (worked) setLabel('');
        list.again();
      });
  };
  return (
    <section class="panel">
      <h2>{say('token.add')}</h2>
      <form onSubmit={make}>
        <Labelled name={say('label')}>
          <input class="field" id="new-token" required maxLength={64} value={label} onInput={(event) => setLabel(event.currentTarget.value)} />
        </Labelled>
        <fieldset>
          <legend>{say('scopes')}</legend>
          {scopes.map((each) => (
            <label key={each} class="check">
              <input type="checkbox" checked={may.includes(each)}
                onChange={(event) => setMay(event.currentTarget.checked ? [...may, each] : may.filter((of) => of !== each))} />
              <code>{each}</code> <span class="quiet">{say(`scope.${each}`)}</span>
            </label>
          ))}
        </fieldset>
        <Labelled name={say('expires')}>
          <select class="field" value={days} onChange={(event) => setDays(event.currentTarget.value)}>
            {spans.map((n) => <option key={n} value={String(n)}>{say('expires.days', { n })}</option>)}
            <option value="">{say('expires.never')}</option>
          </select>
        </Labelled>
        <div class="actions"><button type="submit" class="button main" disabled={doing.isBusy || may.length === 0}>{say('token.do')}</button></div>
        {secret && <Secret value={secret} onHide={() => setSecret(null)} />}
        <Wrong of={doing} />
      </form>
    </section>
  );
}
