// Accounts: who there is, and changing them.
import { useState } from 'preact/hooks';
import { act } from '../../api/client';
import type { Schemas } from '../../api/types';
import { useAsk, type Asking } from '../../api/use_ask';
import { timeOf } from '../../language/format';
import { Panel } from '../../parts/panel';
import { Table, type Column } from '../../parts/table';
import { query, setParam } from '../../state/store';
import { Labelled, Secret, useDoing, Wrong } from './forms';
import { say } from './words';

type Account = Schemas['account'];
type Role = Account['role'];
const roles: readonly Role[] = ['viewer', 'analyst', 'partner', 'admin'];
const pathOf = (name: string, more = '') => `/api/v1/accounts/${encodeURIComponent(name)}${more}`;

const reachOf = (of: Account): string => [...(of.prefixes ?? []), ...(of.sensors ?? [])].join(' ') || say('reach.all');

const columns = (): Column<Account>[] => [
  { key: 'name', title: say('name'), value: (each) => each.name,
    cell: (each) => <button type="button" class="pick" onClick={() => setParam('account', each.name)}>{each.name}</button> },
  { key: 'role', title: say('role'), value: (each) => each.role, cell: (each) => say(`role.${each.role}`), width: '120px' },
  { key: 'enabled', title: say('enabled'), value: (each) => String(each.enabled), cell: (each) => say(each.enabled ? 'enabled.yes' : 'enabled.no'), width: '90px' },
  { key: 'reach', title: say('reach'), value: reachOf },
  { key: 'made', title: say('made'), value: (each) => each.made, cell: (each) => timeOf(each.made, { seconds: false }), width: '176px' },
  { key: 'in', title: say('logged.in'), value: (each) => each.logged_in, width: '160px',
    cell: (each) => (each.logged_in ? timeOf(each.logged_in, { seconds: false }) : say('never')) },
];

export function Accounts() {
  const of = useAsk('/api/v1/accounts', {});
  const rows = of.data?.accounts ?? [];
  const chosen = rows.find((each) => each.name === query.value.params['account']);
  return (
    <>
      <Panel title={say('tab.accounts')} span={8} height="var(--list)" of={of} isBare explain={{ method: say('accounts.method'), source: 'docs/access.md' }}>
        <Table columns={columns()} rows={rows} onOpen={(row) => setParam('account', row.name)} />
      </Panel>
      <div class="forms">
        <section class="panel"><h2>{chosen ? chosen.name : say('tab.accounts')}</h2>
          {chosen ? <Change key={chosen.name} of={chosen} list={of} /> : <p class="quiet">{say('pick')}</p>}
        </section>
        <Add list={of} />
      </div>
    </>
  );
}

function RoleField({ value, onChange }: { value: Role; onChange: (to: Role) => void }) {
  return (
    <Labelled name={say('role')} help={say(`role.${value}.help`)}>
      <select class="field" value={value} onChange={(event) => onChange(event.currentTarget.value as Role)}>
        {roles.map((each) => <option key={each} value={each}>{say(`role.${each}`)}</option>)}
      </select>
    </Labelled>
  );
}

function Change({ of, list }: { of: Account; list: Asking<unknown> }) {
  const doing = useDoing();
  const [secret, setSecret] = useState<string | null>(null);
  const [isSure, setSure] = useState(false);
  const change = (what: Partial<Pick<Account, 'role' | 'enabled'>>) =>
    void doing.run(() => act('PATCH', pathOf(of.name), what)).then(list.again);
  const renew = () =>
    void doing.run(async () => setSecret((await act<Schemas['made_password']>('POST', pathOf(of.name, '/password'), {}))?.password ?? null));
  const remove = () =>
    void doing.run(() => act('DELETE', pathOf(of.name))).then((worked) => {
      if (worked) setParam('account', null);
      list.again();
    });
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <RoleField value={of.role} onChange={(role) => change({ role })} />
      <div class="actions">
        <button type="button" class="button" disabled={doing.isBusy} onClick={() => change({ enabled: !of.enabled })}>{say(of.enabled ? 'disable' : 'enable')}</button>
        <button type="button" class="button" disabled={doing.isBusy} onClick={renew}>{say('password')}</button>
        <button type="button" class="button" disabled={doing.isBusy} onClick={() => setSure(true)}>{say('remove')}</button>
      </div>
      {isSure && (
        <div class="actions" role="alert">
          <span>{say('sure', { name: of.name })}</span>
          <button type="button" class="button" onClick={remove}>{say('yes')}</button>
          <button type="button" class="button" onClick={() => setSure(false)}>{say('no')}</button>
        </div>
      )}
      {secret && <Secret value={secret} onHide={() => setSecret(null)} />}
      <Wrong of={doing} />
    </form>
  );
}

function Add({ list }: { list: Asking<unknown> }) {
  const doing = useDoing();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [prefixes, setPrefixes] = useState('');
  const [secret, setSecret] = useState<string | null>(null);
  const add = (event: Event) => {
    event.preventDefault();
    const reach = role === 'partner' && prefixes.trim() ? { prefixes: prefixes.trim().split(/[\s,]+/) } : {};
    void doing
      .run(async () => setSecret((await act<Schemas['made_account']>('POST', '/api/v1/accounts', { name, role, ...reach }))?.password ?? null))
      .then((worked) => {
        if (worked) setName('');
        list.again();
      });
  };
  return (
    <section class="panel">
      <h2>{say('add')}</h2>
      <form onSubmit={add}>
        <Labelled name={say('name')}>
          <input class="field" id="new-account" required minLength={2} maxLength={64} pattern="[a-z0-9][a-z0-9._@\-]*[a-z0-9]" autocomplete="off" value={name}
            onInput={(event) => setName(event.currentTarget.value)} />
        </Labelled>
        <RoleField value={role} onChange={setRole} />
        {role === 'partner' && (
          <Labelled name={say('prefixes')} help={say('prefixes.help')}>
            <input class="field" required value={prefixes} onInput={(event) => setPrefixes(event.currentTarget.value)} />
          </Labelled>
        )}
        <div class="actions"><button type="submit" class="button main" disabled={doing.isBusy}>{say('add.do')}</button></div>
        {secret && <Secret value={secret} onHide={() => setSecret(null)} />}
        <Wrong of={doing} />
      </form>
    </section>
  );
}
