// The log-in form: alone when nothing may be seen without, else over the page.
import { useState } from 'preact/hooks';
import { asProblem, logIn, me, wantsLogIn } from '../api/client';
import { say } from '../language';
import { Icon, Logo } from '../look/icons';
import { askAgain } from '../state/store';
import { reopenStreams } from '../stream/live';

export function LogIn() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [wrong, setWrong] = useState('');
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setWrong('');
    try {
      await logIn(name, password);
      setPassword('');
      reopenStreams();
      askAgain();
    } catch (failure) {
      const of = asProblem(failure);
      setWrong(
        of.status === 401 || of.status === 403 ? say('login.wrong')
        : of.status === 429 ? say('login.many', { seconds: of.retryAfter ?? 60 })
        : of.status === 0 ? say('problem.gone') : of.detail,
      );
    }
    setBusy(false);
  };
  const mayClose = me.value !== null && me.value.role !== 'anyone';
  return (
    <div class="veil" role="dialog" aria-modal="true" aria-label={say('login.title')}>
      <form class="sheet log-in" onSubmit={(event) => void submit(event)}>
        <header style={{ margin: 0 }}>
          <span class="brand" style={{ width: 'auto', padding: 0 }}><Logo /><span>Kizashi</span></span>
          {mayClose ? (
            <span class="tools">
              <button type="button" title={say('close')} aria-label={say('close')} onClick={() => (wantsLogIn.value = false)}><Icon name="close" /></button>
            </span>
          ) : (
            <span class="quiet">{say('app.subtitle')}</span>
          )}
        </header>
        <label>
          {say('login.name')}
          <input class="field" name="name" autocomplete="username" required autofocus value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          {say('login.password')}
          <input class="field" name="password" type="password" autocomplete="current-password" required value={password}
            onInput={(event) => setPassword(event.currentTarget.value)} />
        </label>
        {wrong && <p class="wrong" role="alert">{wrong}</p>}
        <button type="submit" class="button main" disabled={isBusy}>{say(isBusy ? 'login.busy' : 'login.do')}</button>
        <p class="quiet">{say('login.hint')}</p>
      </form>
    </div>
  );
}
