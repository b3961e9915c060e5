// The pages of an address, a prefix, a network, a country and a port: one frame, and what each kind has of its own.
import type { PageProps } from '../registry';
import { EntityPage } from './page';
import { entityOf, type EntityKind } from './terms';
import { say } from './words';
import './entity.css';

const pageOf = (kind: EntityKind) =>
  function Page({ parts }: PageProps) {
    const of = entityOf(kind, parts);
    if (of) return <EntityPage key={`${kind} ${of.name}`} of={of} />;
    return (
      <div class="state" style={{ height: '100%' }}>
        <h2>{say(`wrong.${kind}`)}</h2>
        <p class="mono">{Object.values(parts).join(' / ')}</p>
      </div>
    );
  };

export const HostPage = pageOf('host');
export const PrefixPage = pageOf('prefix');
export const AsPage = pageOf('as');
export const CountryPage = pageOf('country');
export const PortPage = pageOf('port');
