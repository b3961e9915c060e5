// Links to the pages of addresses, prefixes, networks, countries and ports. They keep the time range and drop the filter:
// the page of a thing begins with all that is known of it.
//
//   <HostLink of="192.0.2.7" />        Column: link: (row) => hostPath(row.source)
import type { ComponentChildren } from 'preact';
import { say } from '../language';
import { countryName } from '../language/format';
import { Icon } from '../look/icons';
import { formatQuery } from '../state/query';
import { query } from '../state/store';

const at = (path: string): string => formatQuery({ path, filter: '', range: query.value.range, params: {}, show: '' });

/** Of an address, or of a prefix when it has a length. */
export const hostPath = (of: string): string => at(`/${of.includes('/') ? 'prefix' : 'host'}/${encodeURIComponent(of)}`);
export const asPath = (of: number): string => at(`/as/${of}`);
export const countryPath = (of: string): string => at(`/country/${encodeURIComponent(of)}`);
export const portPath = (port: number, protocol: string): string => at(`/port/${port}/${encodeURIComponent(protocol.toLowerCase())}`);

/** Of a port of TCP or UDP; null: of what has no page. */
export const servicePath = (port: number | null | undefined, protocol: string | null | undefined): string | null =>
  port !== null && port !== undefined && /^(tcp|udp)$/i.test(protocol ?? '') ? portPath(port, protocol ?? '') : null;

export function EntityArrow({ to }: { to: string }) {
  return (
    <a class="to-entity" href={to} tabIndex={-1} title={say('entity.open')} aria-label={say('entity.open')}>
      <Icon name="forward" size={11} />
    </a>
  );
}

function Link({ to, children }: { to: string; children: ComponentChildren }) {
  return <a class="entity" href={to}>{children}</a>;
}
export const HostLink = ({ of }: { of: string }) => <Link to={hostPath(of)}><span class="mono">{of}</span></Link>;
export const AsLink = ({ of, name }: { of: number; name?: string | null }) => <Link to={asPath(of)}>AS{of}{name ? ` ${name}` : ''}</Link>;
export const CountryLink = ({ of }: { of: string }) => <Link to={countryPath(of)}>{countryName(of)}</Link>;
export const PortLink = ({ port, protocol }: { port: number; protocol: string }) => (
  <Link to={portPath(port, protocol)}>{port}/{protocol}</Link>
);
