// "?": the keys that do something here.
import { signal } from '@preact/signals';
import { say } from '../language';
import { Icon } from '../look/icons';
import { keys } from '../state/keys';

export const isKeyHelpOpen = signal(false);

export function KeyHelp() {
  if (!isKeyHelpOpen.value) return null;
  const close = () => (isKeyHelpOpen.value = false);
  return (
    <div class="veil" onClick={(event) => event.target === event.currentTarget && close()}>
      <div class="sheet scroll" role="dialog" aria-modal="true" aria-label={say('keys.title')}>
        <header>
          <h2>{say('keys.title')}</h2>
          <span class="tools">
            <button type="button" title={say('close')} aria-label={say('close')} onClick={close}><Icon name="close" /></button>
          </span>
        </header>
        <ul class="key-list">
          {keys.value.flat().map((each) => (
            <li key={each.key}>
              <span class="which">{each.key.split(' ').map((part) => <kbd key={part}>{part}</kbd>)}</span>
              {each.help}
            </li>
          ))}
        </ul>
        <p class="quiet" style={{ marginTop: '12px' }}>{say('keys.table')}</p>
      </div>
    </div>
  );
}
