// Campaigns: groups of sources that scan together, how many they are over time, and what they share.
import { urlOf } from '../../api/client';
import { hasRoute, routeTakes } from '../../api/routes';
import { useAskUrl } from '../../api/use_ask';
import { percent, short, time, whole } from '../../language/format';
import { Icon } from '../../look/icons';
import { servicePath } from '../../parts/entity';
import { Panel } from '../../parts/panel';
import { Table, type Column } from '../../parts/table';
import { asked, query, setParam } from '../../state/store';
import { CoordinatedPanel } from '../findings/coordinated';
import { campaignsFrom, growthFactor, termOf, type Campaign } from './campaigns';
import { Detail } from './detail';
import { Ridges } from './ridges';
import { say } from './words';
import '../findings/findings.css';
import './campaigns.css';

const route = '/api/v1/campaigns';
const mostRows = 500;
/** Rows of the picture; the table has all. */
const drawn = 16;

export default function Campaigns() {
  const can = hasRoute(route);
  const of = asked.value;
  const wanted = of && { from: of.from, to: of.to, ...(routeTakes(route, 'top') ? { top: mostRows } : {}), ...(of.filter && routeTakes(route, 'filter') ? { filter: of.filter } : {}) };
  const asking = useAskUrl<unknown>(can === true && wanted ? urlOf(route, wanted) : null);
  const told = asking.data as { total?: number; cut?: boolean } | null;
  const rows = campaignsFrom(asking.data).sort((a, b) => b.count - a.count);
  const chosen = rows.find((each) => each.id === query.value.params['campaign']) ?? rows[0] ?? null;
  const choose = (each: Campaign) => setParam('campaign', each.id, { replace: true });
  if (can === false)
    return (
      <div class="grid campaigns-page" data-route="false">
        <p class="no-engine" role="note">
          <Icon name="info" size={18} />
          <span><b>{say('none.title')}</b> {say('none.text')}</span>
        </p>
        <CoordinatedPanel />
      </div>
    );
  return (
    <div class="grid campaigns-page" data-route={String(can)}>
      <Panel title={say('ridges')} span={7} height={420} of={asking} isEmpty={rows.length === 0} isBare
        note={rows.length > drawn ? say('ridges.note', { shown: drawn, all: whole(rows.length) }) : undefined}
        explain={{ method: say('ridges.method'), caveat: say('caveat'), source: 'docs/campaigns.md' }} table={() => ({ columns: columns(), rows })}>
        <Ridges rows={rows.slice(0, drawn)} chosen={chosen} onChoose={choose} />
      </Panel>
      <Detail of={chosen} asking={asking} />
      <Panel title={say('all')} span={12} height="max(220px, calc(100vh - 520px))" of={asking} isEmpty={rows.length === 0} isBare note={told?.cut ? say('cut') : told?.total !== undefined && told.total > rows.length ? say('ridges.note', { shown: whole(rows.length), all: whole(told.total) }) : whole(rows.length)}
        explain={{ method: say('all.method'), caveat: say('caveat'), source: 'docs/campaigns.md' }}>
        <Table columns={columns()} rows={rows} onOpen={choose} />
      </Panel>
    </div>
  );
}

const shortOf = (ms: number | null): string => (ms === null ? '–' : time(ms, { seconds: false, zone: false }).slice(5));

const columns = (): Column<Campaign>[] => [
  { key: 'name', title: say('name'), value: (each) => each.name, term: termOf, width: 'minmax(180px, 1.6fr)' },
  { key: 'count', title: say('members'), value: (each) => each.count, cell: (each) => whole(each.count), isNumber: true, width: '84px' },
  { key: 'growth', title: say('growth.short'), value: (each) => growthFactor(each.growth), cell: (each) => (growthFactor(each.growth) === null ? '–' : `×${short(growthFactor(each.growth))}`), isNumber: true, width: '74px' },
  { key: 'ports', title: say('ports'), value: (each) => each.ports.map((port) => port.port).join(' ') || null, cell: (each) => each.ports.map((port) => (port.protocol === 'tcp' ? port.port : `${port.port}/${port.protocol}`)).join(', ') || say('ports.many'), width: 'minmax(90px, 1fr)',
    link: (each) => servicePath(each.ports[0]?.port, each.ports[0]?.protocol) },
  { key: 'tool', title: say('tool'), value: (each) => each.tool, cell: (each) => each.tool ?? '', width: 'minmax(70px, 0.8fr)' },
  { key: 'quirk', title: say('quirk'), value: (each) => each.quirk, cell: (each) => <span class="mono" title={each.quirk}>{each.quirk}</span>, width: 'minmax(120px, 1.6fr)' },
  { key: 'confidence', title: say('confidence'), value: (each) => each.confidence, cell: (each) => (each.confidence === null ? '–' : percent(each.confidence)), isNumber: true, width: '70px' },
  { key: 'first', title: say('first'), value: (each) => each.first, cell: (each) => shortOf(each.first), width: '100px' },
  { key: 'last', title: say('last'), value: (each) => each.last, cell: (each) => shortOf(each.last), width: '100px' },
];
