// Findings: what the engines concluded, on what it stands, and how they conclude. Where no engine runs, what changed by
// plain counting, and the events that there are.
import { useEffect } from 'preact/hooks';
import { urlOf } from '../../api/client';
import { hasRoute, routeTakes } from '../../api/routes';
import { useAskUrl, type Asking } from '../../api/use_ask';
import { percent, short, whole } from '../../language/format';
import { Icon } from '../../look/icons';
import { portPath } from '../../parts/entity';
import { Panel } from '../../parts/panel';
import { shortTime } from '../../parts/short_time';
import { Table, type Column } from '../../parts/table';
import { asked, query, setParam } from '../../state/store';
import { useTopic } from '../../stream/live';
import { ChangesPanels } from './changes';
import { CoordinatedPanel } from './coordinated';
import { Detail } from './detail';
import { excess, findingsFrom, levels, termOf, type Finding, type Level } from './findings';
import { LevelMark } from './level_mark';
import { say } from './words';
import './findings.css';

const route = '/api/v1/findings';
const mostRows = 500;

export default function Findings() {
  const can = hasRoute(route);
  const of = asked.value;
  const wanted = of && { from: of.from, to: of.to, limit: mostRows, ...(of.filter && routeTakes(route, 'filter') ? { filter: of.filter } : {}) };
  const asking = useAskUrl<unknown>(can === true && wanted ? urlOf(route, wanted) : null);
  const news = useTopic('finding').length;
  useEffect(() => {
    if (news > 0 && can === true) asking.again();
  }, [news]);
  return (
    <div class="grid findings-page" data-engines={can === null ? 'unknown' : String(can)}>
      {can === false && <NoEngine />}
      {can === true && <List asking={asking} />}
      <ChangesPanels />
      <CoordinatedPanel />
    </div>
  );
}

function NoEngine() {
  return (
    <p class="no-engine" role="note">
      <Icon name="info" size={18} />
      <span>
        <b>{say('none.title')}</b> {say('none.text')}
      </span>
    </p>
  );
}

function List({ asking }: { asking: Asking<unknown> }) {
  const all = findingsFrom(asking.data);
  const level = levels.find((each) => each === query.value.params['level']) ?? null;
  const rows = level ? all.filter((each) => each.level === level) : all;
  const id = query.value.params['finding'] ?? '';
  const chosen = rows.find((each) => each.id === id) ?? rows[0] ?? null;
  const columns: Column<Finding>[] = [
    { key: 'level', title: say('level'), value: (each) => levels.indexOf(each.level), cell: (each) => <LevelMark of={each.level} isShort />, width: '52px' },
    { key: 'first', title: say('since'), value: (each) => each.first, cell: (each) => shortTime(each.first), width: '118px' },
    { key: 'kind', title: say('kind'), value: (each) => each.kind, cell: (each) => kindText(each.kind), width: 'minmax(70px, 1fr)' },
    { key: 'port', title: say('where'), value: (each) => each.services[0]?.port ?? null, cell: servicesText, term: termOf, width: 'minmax(80px, 1fr)',
      link: (each) => (each.services[0] ? portPath(each.services[0].port, each.services[0].protocol) : null) },
    { key: 'sources', title: say('sources'), value: (each) => each.sourceCount, cell: (each) => short(each.sourceCount), isNumber: true, width: '66px' },
    { key: 'excess', title: say('excess'), value: excess, cell: (each) => (excess(each) === null ? '–' : `×${short(excess(each))}`), isNumber: true, width: '60px' },
    { key: 'confidence', title: say('confidence'), value: (each) => each.confidence, cell: (each) => (each.confidence === null ? '–' : percent(each.confidence)), isNumber: true, width: '62px' },
  ];
  return (
    <>
      <Panel title={say('findings')} span={5} height={520} of={asking} isBare note={rows.length > 0 ? whole(rows.length) : undefined} tools={<Levels all={all} chosen={level} />}
        explain={{ method: say('findings.method'), caveat: say('findings.caveat'), source: 'docs/engines' }}>
        {rows.length === 0 ? <p class="state">{say(all.length === 0 ? 'findings.none' : 'findings.no-level')}</p>
          : <Table columns={columns} rows={rows} onOpen={(each) => setParam('finding', each.id, { replace: true })} />}
      </Panel>
      <Detail of={chosen} asking={asking} />
    </>
  );
}

function Levels({ all, chosen }: { all: readonly Finding[]; chosen: Level | null }) {
  return (
    <span class="levels" role="group" aria-label={say('level')}>
      {levels.map((each) => {
        const count = all.filter((of) => of.level === each).length;
        return count === 0 ? null : (
          <button key={each} type="button" aria-pressed={chosen === each} onClick={() => setParam('level', chosen === each ? null : each)}>
            <LevelMark of={each} isShort /> {count}
          </button>
        );
      })}
    </span>
  );
}

const kinds = ['change', 'burst', 'surge', 'group', 'graph', 'high-risk', 'global', 'fused', 'shortage'] as const;
export function kindText(of: string): string {
  const known = kinds.find((each) => each === of);
  return known ? say(`kind.${known}`) : of;
}

export function servicesText(of: Finding): string {
  const first = of.services[0];
  if (!first) return say('no-service');
  return `${first.port}/${first.protocol}${of.services.length > 1 ? ` +${of.services.length - 1}` : ''}`;
}
