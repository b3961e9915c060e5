// Reports: a day, week, month, quarter or year, as a page, as a file, on paper.
import { urlOf } from '../../api/client';
import { useAskUrl } from '../../api/use_ask';
import { whole } from '../../language/format';
import { Icon } from '../../look/icons';
import { Panel } from '../../parts/panel';
import { language } from '../../state/settings';
import { change, dataNow, filter, query, setParam } from '../../state/store';
import { byPeriod, fileUrl, writtenUrl, type Written } from './file';
import { kinds, neighbour, type Kind, type Report } from './made';
import { Paper } from './paper';
import './paper.css';
import './report.css';
import { say } from './words';

export default function Reports() {
  const params = query.value.params;
  const period = kinds.find((each) => each === params['period']) ?? 'month';
  const of = useAskUrl<Report>(urlOf('/api/v1/report', { period, at: params['at'], filter: filter.value }));
  const isUnknown = of.problem?.status === 404;
  const made = of.data;
  const isNewest = made !== null && Date.parse(made.period.to ?? '') > (dataNow.value ?? Number.POSITIVE_INFINITY);
  return (
    <div class="report">
      <nav class="controls" aria-label={say('period')}>
        <div class="kinds">{kinds.map((each) => <KindButton key={each} of={each} isOn={each === period} />)}</div>
        <button type="button" class="button icon-only" title={say('before')} aria-label={say('before')} disabled={!made}
          onClick={() => made && setParam('at', neighbour(made.period, -1))}><Icon name="back" /></button>
        <b>{made?.period.name ?? '…'}</b>
        <button type="button" class="button icon-only" title={say('after')} aria-label={say('after')} disabled={!made || isNewest}
          onClick={() => made && setParam('at', neighbour(made.period, 1))}><Icon name="forward" /></button>
        {params['at'] && <button type="button" class="button" onClick={() => setParam('at', null)}>{say('newest')}</button>}
        <span class="space" />
        <button type="button" class="button" disabled={!made} onClick={() => print()}><Icon name="report" size={14} />{say('print')}</button>
        <a class="button" href={fileUrl({ period, at: params['at'], filter: filter.value })} download><Icon name="download" size={14} />{say('file')}</a>
      </nav>
      <Panel title={say('panel')} of={isUnknown ? [] : of} explain={{ method: say('method'), caveat: say('caveat'), source: 'docs/api.md' }}
        {...(made ? { table: () => ({ columns: dayColumns(), rows: made.days }) } : {})}>
        {isUnknown ? <p class="state">{say('no.route')}</p> : made && <Paper of={made} />}
      </Panel>
      <WrittenFiles />
    </div>
  );
}

/** Those that the server wrote on schedule; nothing where it has none, or not for who asks. */
function WrittenFiles() {
  const of = useAskUrl<{ rows: Written[] }>('/api/v1/reports');
  const periods = byPeriod(of.data?.rows ?? [], language.value);
  if (periods.length === 0) return null;
  return (
    <section class="report-written">
      <h2>{say('written')}</h2>
      <ul>
        {periods.map((each) => (
          <li key={each.name}>
            <b>{each.name}</b>
            {each.files.map((file) => <a key={file.file} href={writtenUrl(file.file)}>{file.format.toUpperCase()}</a>)}
          </li>
        ))}
      </ul>
    </section>
  );
}

const KindButton = ({ of, isOn }: { of: Kind; isOn: boolean }) => (
  <button type="button" aria-pressed={isOn} onClick={() => change({ params: { period: of, ...atOf() } })}>{say(`period.${of}`)}</button>
);
const atOf = (): { at: string } | Record<string, never> => {
  const at = query.value.params['at'];
  return at ? { at } : {};
};

const dayColumns = () => [
  { key: 'day', title: say('day'), value: (each: Report['days'][number]) => each.day },
  { key: 'packets', title: say('packets'), value: (each: Report['days'][number]) => each.packets, cell: (each: Report['days'][number]) => whole(each.packets), isNumber: true },
  { key: 'sources', title: say('sources'), value: (each: Report['days'][number]) => each.sources, cell: (each: Report['days'][number]) => whole(each.sources), isNumber: true },
];
