// Who behaves like an address: by behaviour where the server compares it, else who else is in its network; and the
// campaigns that it is in.
import { urlOf } from '../../api/client';
import { hasRoute } from '../../api/routes';
import { useAsk, useAskUrl } from '../../api/use_ask';
import { percent, whole } from '../../language/format';
import { hostPath } from '../../parts/entity';
import { Panel } from '../../parts/panel';
import { Table, type Column } from '../../parts/table';
import { term } from '../../state/filter';
import { asked, linkTo } from '../../state/store';
import { campaignsFrom, type Campaign } from '../campaigns/campaigns';
import { neighboursFrom, type Neighbour } from './neighbour_rows';
import { networkOf, type Entity } from './terms';
import { say } from './words';

const route = '/api/v1/hosts/{host}/neighbours';

export function NeighboursPanel({ of }: { of: Entity }) {
  const can = hasRoute(route);
  return can === false ? <NetworkPanel of={of} /> : <EqualPanel of={of} isKnown={can === true} />;
}

function EqualPanel({ of, isKnown }: { of: Entity; isKnown: boolean }) {
  const range = asked.value;
  const asking = useAskUrl<unknown>(isKnown && range ? urlOf(route, { top: 100, from: range.from, to: range.to }, { host: of.name }) : null);
  const rows = neighboursFrom(asking.data);
  const columns: Column<Neighbour>[] = [
    { key: 'source', title: say('source'), value: (each) => each.source, cell: (each) => <span class="mono">{each.source}</span>, term: (each) => term('src', each.source), link: (each) => hostPath(each.source), width: 'minmax(110px, 1fr)' },
    { key: 'similarity', title: say('neighbours.similarity'), value: (each) => each.similarity, cell: (each) => (each.similarity === null ? '–' : percent(each.similarity)), isNumber: true, width: '74px' },
    { key: 'why', title: say('neighbours.why'), value: (each) => each.why.join(' '), cell: (each) => <span title={each.why.map(whyText).join(', ')}>{each.why.map(whyText).join(', ')}</span>, width: 'minmax(80px, 1.2fr)' },
  ];
  return (
    <Panel title={say('neighbours')} span={4} height={300} of={asking} isEmpty={rows.length === 0} isBare note={rows.length > 0 ? whole(rows.length) : undefined}
      explain={{ method: say('neighbours.method'), caveat: say('neighbours.caveat'), source: 'docs/api.md' }}>
      <Table columns={columns} rows={rows} />
    </Panel>
  );
}

const reasons = ['same network', 'same class', 'same tools', 'same ports'] as const;
function whyText(of: string): string {
  const known = reasons.find((each) => each === of);
  return known ? say(`alike.${known}`) : of;
}

function NetworkPanel({ of }: { of: Entity }) {
  const network = networkOf(of.name);
  const range = asked.value;
  const asking = useAsk('/api/v1/hosts/{host}', range && { from: range.from, to: range.to, top: 100 }, { parts: { host: network } });
  const rows = (asking.data?.top_sources ?? []).filter((each) => each.address !== of.name);
  const columns: Column<(typeof rows)[number]>[] = [
    { key: 'source', title: say('source'), value: (each) => each.address, cell: (each) => <span class="mono">{each.address}</span>, term: (each) => term('src', each.address), link: (each) => hostPath(each.address) },
    { key: 'packets', title: say('packets'), value: (each) => each.packets, cell: (each) => whole(each.packets), isNumber: true, width: '86px' },
  ];
  return (
    <Panel title={say('network')} span={4} height={300} of={asking} isBare note={<a class="entity" href={hostPath(network)}>{network}</a>}
      explain={{ method: say('network.method') }}>
      {rows.length === 0 ? <p class="state">{say('network.none', { network })}</p> : <Table columns={columns} rows={rows} />}
    </Panel>
  );
}

/** Campaigns of the range that have the address among the members that are told. */
export function CampaignsPanel({ of }: { of: Entity }) {
  const can = hasRoute('/api/v1/campaigns');
  const range = asked.value;
  const asking = useAskUrl<unknown>(can === true && range ? urlOf('/api/v1/campaigns', { from: range.from, to: range.to }) : null);
  const rows = campaignsFrom(asking.data).filter((each) => each.members.includes(of.name));
  const columns: Column<Campaign>[] = [
    { key: 'name', title: say('campaigns.name'), value: (each) => each.name, cell: (each) => <a class="entity" href={linkTo('/campaigns', { campaign: each.id })}>{each.name}</a> },
    { key: 'count', title: say('campaigns.members'), value: (each) => each.count, cell: (each) => whole(each.count), isNumber: true, width: '80px' },
  ];
  return (
    <Panel title={say('campaigns')} span={4} height={200} isBare {...(can === true ? { of: asking } : {})}
      explain={{ method: say('campaigns.method'), source: 'docs/campaigns.md' }}>
      {can === false ? <p class="state">{say('campaigns.missing')}</p>
        : rows.length === 0 ? <p class="state">{say('campaigns.none')}</p> : <Table columns={columns} rows={rows} />}
    </Panel>
  );
}
