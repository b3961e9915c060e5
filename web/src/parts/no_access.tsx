// In place of what a role may not see: why, and who can change it.
import { me, wantsLogIn, type Role } from '../api/client';
import { say } from '../language';
import { Icon } from '../look/icons';

/** The role of an account that is enough (docs/access.md). */
const accountRole: Readonly<Record<Role, string>> = { anyone: 'viewer', guest: 'viewer', viewer: 'viewer', partner: 'analyst', analyst: 'analyst', admin: 'admin' };

export function NoAccess({ needs }: { needs: Role }) {
  const who = me.value;
  const isNobody = who === null || !who.name;
  return (
    <section class="no-access" role="note">
      <Icon name="user" size={22} />
      <h2>{say('access.title')}</h2>
      <p>{isNobody ? say('access.nobody', { needs }) : say('access.role', { who: who.name ?? say('access.you'), role: who.role, needs })}</p>
      {isNobody ? <button type="button" class="button main" onClick={() => (wantsLogIn.value = true)}>{say('login.in')}</button>
        : <p class="quiet">{say('access.ask')} <code>{`kizashi account set ${who.name ?? 'NAME'} --role ${accountRole[needs]}`}</code></p>}
    </section>
  );
}
