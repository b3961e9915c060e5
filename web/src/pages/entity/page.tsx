// One page for any thing: who it is, what it is and why, ninety days, the range, what it does, with whom.
import type { Schemas } from '../../api/types';
import { useTop } from '../../api/statistics';
import type { Asking } from '../../api/use_ask';
import { useFindings } from '../../finding/ask';
import { FindingsPanel } from '../../finding/rows';
import { countryName, serviceOf } from '../../language/format';
import { Icon } from '../../look/icons';
import { AsLink, CountryLink, HostLink, PortLink } from '../../parts/entity';
import { CalendarPanel } from './calendar_panel';
import { useHost } from './data';
import { AttacksPanel, EventsPanel } from './events';
import { Glance } from './glance';
import { Facts } from './facts';
import { TopPanels } from './tops';
import { CampaignsPanel, NeighboursPanel } from './neighbours';
import { networkOf, type Entity } from './terms';
import { Traffic } from './traffic';
import { VerdictPanel } from './verdict_panel';
import { say } from './words';

export function EntityPage({ of }: { of: Entity }) {
  const host = useHost(of);
  const isHost = of.kind === 'host' || of.kind === 'prefix';
  // A store keeps no country or network with its events and attacks: they cannot be asked for by those.
  const hasEvents = of.kind !== 'as' && of.kind !== 'country';
  return (
    <div class="grid entity-page">
      <Head of={of} host={host} />
      {isHost ? <VerdictPanel of={host} kind={of.kind} /> : <Glance of={of} />}
      <CalendarPanel of={of} span={8} />
      {isHost && <Facts of={of} host={host} />}
      <Traffic of={of} span={isHost ? 8 : 12} />
      {(isHost || of.kind === 'port') && <Found of={of} />}
      <TopPanels of={of} host={host} />
      {hasEvents && <EventsPanel of={of} span={8} />}
      {of.kind === 'host' ? <NeighboursPanel of={of} /> : hasEvents && <AttacksPanel of={of} span={4} />}
      {of.kind === 'host' && <AttacksPanel of={of} span={8} />}
      {of.kind === 'host' && <CampaignsPanel of={of} />}
    </div>
  );
}

/** What the engines concluded about it. Nothing is there for what findings are not asked by. */
function Found({ of }: { of: Entity }) {
  const found = useFindings(of.port ? { service: `${of.port.protocol}/${of.port.port}` } : { source: of.name });
  return <FindingsPanel of={found} span={12} height={found.rows.length === 0 ? 112 : Math.min(260, 78 + 26 * found.rows.length)} />;
}

/** What it is called, and where it belongs. */
function Head({ of, host }: { of: Entity; host: Asking<Schemas['host']> }) {
  const known = host.data;
  return (
    <header class="entity-head">
      <span class="kind">{say(`kind.${of.kind}`)}</span>
      <h1 class={of.kind === 'country' ? '' : 'mono'}>{titleOf(of)}</h1>
      {of.port && serviceOf(of.port.port) && <span class="badge">{serviceOf(of.port.port)}</span>}
      {of.port && (
        <span class="quiet">{say('other')} <PortLink port={of.port.port} protocol={of.port.protocol === 'tcp' ? 'udp' : 'tcp'} /></span>
      )}
      {of.kind === 'country' && <span class="badge mono">{of.name}</span>}
      {of.kind === 'host' && <span class="quiet">{say('in')} <HostLink of={networkOf(of.name)} /></span>}
      {of.kind === 'as' && <AsName of={of} />}
      {known?.as.slice(0, 1).map((each) => each.as !== null && <AsLink key={each.as} of={each.as} name={each.name} />)}
      {known?.countries.slice(0, 1).map((each) => each.country && <CountryLink key={each.country} of={each.country} />)}
      {known?.known_scanners.map((each) => (
        <span key={each.organisation} class="badge is-known" title={say('known.help')}><Icon name="check" size={11} /> {each.organisation}</span>
      ))}
    </header>
  );
}

/** Who has the network, as the table of places says. */
function AsName({ of }: { of: Entity }) {
  const name = useTop('as', 1, { term: of.packets }).data?.rows?.[0]?.name;
  return name ? <span class="entity-owner">{name}</span> : null;
}

function titleOf(of: Entity): string {
  if (of.kind === 'as') return `AS${of.name}`;
  return of.kind === 'country' ? countryName(of.name) : of.name;
}
