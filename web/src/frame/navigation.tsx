// The pages on the left.
import { may } from '../api/client';
import { pick, say } from '../language';
import { Icon } from '../look/icons';
import { pages, type Page } from '../pages/registry';
import { folded } from '../state/settings';
import { linkTo } from '../state/store';

const groups: NonNullable<Page['group']>[] = ['live', 'search', 'house'];

export function Navigation({ current }: { current: Page | null }) {
  const shown = pages.filter((each) => each.order !== undefined && may(each.role));
  const isFolded = folded.value === 'yes';
  return (
    <nav class="side" aria-label={say('nav.label')}>
      <ul class="scroll">
        {groups.map((group) => {
          const of = shown.filter((each) => (each.group ?? 'live') === group);
          return of.length === 0 ? null : (
            <li key={group}>
              <h2>{say(`nav.${group}`)}</h2>
              <ul style={{ padding: 0 }}>
                {of.map((each) => (
                  <li key={each.path}>
                    <a href={linkTo(each.path)} title={pick(each.title)} {...(each === current ? { 'aria-current': 'page' as const } : {})}>
                      <Icon name={each.icon} />
                      <span class="label">{pick(each.title)}</span>
                      {each.key && <kbd>g {each.key}</kbd>}
                    </a>
                  </li>
                ))}
              </ul>
            </li>
          );
        })}
      </ul>
      <button type="button" class="fold" title={say('nav.fold')} aria-label={say('nav.fold')} aria-pressed={isFolded}
        onClick={() => (folded.value = isFolded ? 'no' : 'yes')}>
        <Icon name={isFolded ? 'unfold' : 'fold'} />
      </button>
    </nav>
  );
}
