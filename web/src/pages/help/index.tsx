// Help: a tour, keys, words, the filter language.
import { useState } from 'preact/hooks';
import { pick } from '../../language';
import { Icon } from '../../look/icons';
import { WithDocLinks, docPath } from '../../parts/doc_link';
import { keys } from '../../state/keys';
import { formatQuery } from '../../state/query';
import { query, setParam } from '../../state/store';
import './help.css';
import { examples, fields, glossary, operators } from './texts';
import { startTour } from './tour';
import { say } from './words';

const demo = 'kizashi serve --data demo --scenario outbreak --speed 60';

/** The first page with that filter, in the range that is shown. */
const tryOut = (filter: string) => formatQuery({ ...query.value, path: '/now', params: {}, show: '', filter });

export default function Help() {
  return (
    <div class="help">
      <section class="panel tour">
        <div>
          <h2>{say('tour')}</h2>
          <p>{say('tour.text')}</p>
          <p class="quiet">{say('tour.demo')} <code>{demo}</code></p>
        </div>
        <div class="start">
          <button type="button" class="button main" onClick={startTour}><Icon name="play" size={14} />{say('tour.start')}</button>
          <small class="quiet">{say('tour.keys')}</small>
        </div>
      </section>
      <Glossary />
      <div class="column">
        <Grammar />
        <Keys />
        <section class="panel">
          <h2>{say('api')}</h2>
          <p>{say('api.text')}</p>
          <p><a class="out" href={docPath('engines/README')}>{say('docs')}</a></p>
          <p><a class="out" href="/api/v1/openapi.json" target="_blank" rel="noopener">{say('api.description')} <Icon name="open" size={12} /></a></p>
        </section>
      </div>
    </div>
  );
}

function Glossary() {
  const [text, setText] = useState(query.value.params['find'] ?? '');
  const wanted = text.trim().toLowerCase();
  const found = glossary.filter((each) => wanted === '' || [each.name.en, each.name.ja, each.text.en, each.text.ja].some((of) => of.toLowerCase().includes(wanted)));
  const find = (of: string) => {
    setText(of);
    setParam('find', of, { replace: true });
  };
  return (
    <section class="panel words">
      <header>
        <h2>{say('glossary')}</h2>
        <input class="field" type="search" value={text} placeholder={say('glossary.find')} aria-label={say('glossary.find')}
          onInput={(event) => find(event.currentTarget.value)} />
      </header>
      {found.length === 0 && <p class="state">{say('glossary.none', { text })}</p>}
      <dl>
        {found.map((each) => (
          <div key={each.key} id={each.key}>
            <dt>{pick(each.name)}</dt>
            <dd>
              {pick(each.text)}
              {(each.filter || each.more) && (
                <span class="more">
                  {each.filter && <a href={tryOut(each.filter)}>{say('glossary.try', { filter: each.filter })}</a>}
                  {each.more && <code><WithDocLinks text={each.more} /></code>}
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Grammar() {
  return (
    <section class="panel grammar">
      <h2>{say('grammar')}</h2>
      <p>{say('grammar.text')}</p>
      <h3>{say('grammar.examples')}</h3>
      <ul>
        {examples.map((each) => (
          <li key={each.filter}>
            <a href={tryOut(each.filter)}><code>{each.filter}</code></a>
            <span class="quiet">{pick(each.text)}</span>
          </li>
        ))}
      </ul>
      <h3>{say('grammar.fields')}</h3>
      <ul class="fields">
        {fields.map((each) => (
          <li key={each.name}>
            <code>{each.name}</code>
            <code class="quiet">{each.values}</code>
            <span>{pick(each.text)}</span>
          </li>
        ))}
      </ul>
      <h3>{say('grammar.operators')}</h3>
      <code class="operators">{operators}</code>
    </section>
  );
}

function Keys() {
  return (
    <section class="panel">
      <h2>{say('keys')}</h2>
      <ul class="key-list">
        {keys.value.flat().map((each) => (
          <li key={each.key}>
            <span class="which">{each.key.split(' ').map((part) => <kbd key={part}>{part}</kbd>)}</span>
            {each.help}
          </li>
        ))}
      </ul>
      <p class="quiet">{say('keys.table')}</p>
    </section>
  );
}
