// Settings and the audit log, to read.
import { useEffect, useState } from 'preact/hooks';
import { asProblem, getUrl, urlOf } from '../../api/client';
import type { Problem } from '../../api/problem';
import { useAskUrl, type Asking } from '../../api/use_ask';
import { timeOf } from '../../language/format';
import { Failure, Panel } from '../../parts/panel';
import { Table, type Column } from '../../parts/table';
import { query, setParam } from '../../state/store';
import { say } from './words';

export interface Setting {
  key: string;
  value: string;
  origin: string;
  help: string;
  reload: 'restart' | 'live' | 'unused';
}

/** An earlier server has no such route: that is no mistake of the person. */
const isUnknown = (of: Asking<unknown>): boolean => of.problem?.status === 404;

const settingColumns = (): Column<Setting>[] => [
  { key: 'key', title: say('key'), value: (each) => each.key, cell: (each) => <code>{each.key}</code>, width: 'minmax(150px, 1fr)' },
  { key: 'value', title: say('value'), value: (each) => each.value, cell: (each) => <code title={each.value}>{each.value}</code> },
  { key: 'origin', title: say('origin'), value: (each) => each.origin, width: '170px' },
  { key: 'reload', title: say('reload'), value: (each) => each.reload, cell: (each) => say(`reload.${each.reload}`), width: '110px' },
  { key: 'help', title: say('help'), value: (each) => each.help, cell: (each) => <span title={each.help}>{each.help}</span>, width: 'minmax(0, 2fr)' },
];

export function Settings() {
  const of = useAskUrl<{ settings: Setting[] }>('/api/v1/settings');
  const text = query.value.params['find'] ?? '';
  const rows = (of.data?.settings ?? []).filter((each) => (each.key + each.help).toLowerCase().includes(text.toLowerCase()));
  return (
    <Panel title={say('tab.settings')} span={12} height="var(--list)" of={isUnknown(of) ? [] : of} isBare explain={{ method: say('settings.method'), source: 'docs/serve.md' }}
      tools={<input class="field small" type="search" placeholder={say('find')} aria-label={say('find')} value={text}
        onInput={(event) => setParam('find', event.currentTarget.value, { replace: true })} />}>
      {isUnknown(of) ? <p class="state">{say('no.route')}</p> : <Table columns={settingColumns()} rows={rows} />}
    </Panel>
  );
}

export interface AuditRow {
  id: number;
  time: string | null;
  who: string;
  address: string;
  action: string;
  subject: string;
  outcome: string;
  details: Record<string, unknown>;
}
interface AuditPage {
  rows: AuditRow[];
  next: number | null;
}

const detailText = (of: Record<string, unknown>): string =>
  Object.entries(of).map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(', ');

const auditColumns = (): Column<AuditRow>[] => [
  { key: 'time', title: say('time'), value: (each) => each.id, cell: (each) => timeOf(each.time), width: '190px' },
  { key: 'who', title: say('name'), value: (each) => each.who, width: '140px',
    cell: (each) => <button type="button" class="pick" title={say('filter.who')} onClick={() => setParam('who', query.value.params['who'] ? null : each.who)}>{each.who}</button> },
  { key: 'action', title: say('action'), value: (each) => each.action, width: '170px' },
  { key: 'subject', title: say('subject'), value: (each) => each.subject },
  { key: 'outcome', title: say('outcome'), value: (each) => each.outcome, width: '100px' },
  { key: 'address', title: say('address'), value: (each) => each.address, width: '140px' },
  { key: 'details', title: say('details'), value: (each) => detailText(each.details), cell: (each) => <span title={detailText(each.details)}>{detailText(each.details)}</span> },
];

const auditUrl = (who: string | undefined, before: number | null) => urlOf('/api/v1/audit', { limit: 200, who, before });

export function Audit() {
  const who = query.value.params['who'];
  const first = useAskUrl<AuditPage>(auditUrl(who, null));
  const [older, setOlder] = useState<AuditPage | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => setOlder(null), [first.data]);
  const next = older ? older.next : (first.data?.next ?? null);
  const rows = [...(first.data?.rows ?? []), ...(older?.rows ?? [])];
  const more = () => {
    if (next === null) return;
    getUrl<AuditPage>(auditUrl(who, next)).then(
      (page) => setOlder((before) => ({ rows: [...(before?.rows ?? []), ...page.rows], next: page.next })),
      (wrong: unknown) => setProblem(asProblem(wrong)));
  };
  return (
    <Panel title={say('tab.audit')} span={12} height="var(--list)" of={isUnknown(first) ? [] : first} isBare note={who}
      explain={{ method: say('audit.method'), source: 'docs/access.md' }}
      tools={next === null ? null : <button type="button" class="wide-tool" onClick={more}>{say('more')}</button>}>
      {problem && <Failure of={problem} />}
      {isUnknown(first) ? <p class="state">{say('no.route')}</p> : <Table columns={auditColumns()} rows={rows} />}
    </Panel>
  );
}
