// Administration: one's tokens; for administrators accounts, settings, the audit log.
import { may, me, wantsLogIn } from '../../api/client';
import { say as common } from '../../language';
import { query, setParam } from '../../state/store';
import { Accounts } from './accounts';
import './admin.css';
import { Audit, Settings } from './house';
import { Tokens } from './tokens';
import { say } from './words';

const tabs = ['tokens', 'accounts', 'settings', 'audit'] as const;
type Tab = (typeof tabs)[number];
const shown: Record<Tab, () => preact.JSX.Element> = {
  tokens: () => <Tokens />, accounts: () => <Accounts />, settings: () => <Settings />, audit: () => <Audit />,
};

export default function Admin() {
  const tab = tabs.find((each) => each === query.value.params['tab']) ?? (may('admin') ? 'accounts' : 'tokens');
  const who = me.value;
  const reach = [...(who?.scope.prefixes ?? []), ...(who?.scope.sensors ?? [])].join(' ');
  return (
    <div class="admin">
      <nav class="tabs" aria-label={say(`tab.${tab}`)}>
        {tabs.map((each) => (
          <button key={each} type="button" aria-pressed={each === tab} onClick={() => setParam('tab', each)}>{say(`tab.${each}`)}</button>
        ))}
        <span class="who quiet">
          {who?.name ? `${say('who', { name: who.name, role: who.role })} · ${who.scope.everything ? say('who.scope') : say('who.cut', { what: reach })}` : say('who.none')}
        </span>
      </nav>
      <div class="grid" key={tab}><Body tab={tab} /></div>
    </div>
  );
}

/** Why it may not be seen, and whom to ask; else the tab. */
function Body({ tab }: { tab: Tab }) {
  const who = me.value;
  if (who?.login !== 'session')
    return (
      <div class="state">
        <p>{say('login')}</p>
        <button type="button" class="button main" onClick={() => (wantsLogIn.value = true)}>{common('login.in')}</button>
      </div>
    );
  if (tab !== 'tokens' && !may('admin')) return <p class="state">{say('admin.only', { role: who.role })}</p>;
  return shown[tab]();
}
