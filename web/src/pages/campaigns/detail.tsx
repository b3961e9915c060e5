// One campaign: how many, what they share, how they grew, who they are.
import type { Asking } from '../../api/use_ask';
import { className } from '../../language';
import { percent, time, whole } from '../../language/format';
import { HostLink, PortLink } from '../../parts/entity';
import { Panel } from '../../parts/panel';
import { TimeSeries } from '../../parts/time_series';
import { toggleTerm } from '../../state/store';
import { growthFactor, hourly, termOf, type Campaign } from './campaigns';
import { say } from './words';

export function Detail({ of, asking }: { of: Campaign | null; asking: Asking<unknown> }) {
  return (
    <Panel title={say('detail')} span={5} height={420} of={asking} isEmpty={of === null} explain={{ method: say('detail.method'), caveat: say('caveat'), source: 'docs/campaigns.md' }}>
      {of && <One key={of.id} of={of} />}
    </Panel>
  );
}

function One({ of }: { of: Campaign }) {
  const { times, members } = hourly(of.growth, of.last);
  const term = termOf(of);
  const factor = growthFactor(of.growth);
  return (
    <div class="campaign scroll" data-campaign={of.id}>
      <p class="campaign-head">
        <b>{of.name}</b>
        {of.isSynchronous && <span class="badge is-warn">{say('synchronous')}</span>}
        {term && <button type="button" class="button" title={term} onClick={() => toggleTerm(term)}>{say('filter')}</button>}
      </p>
      <p class="count"><b>{whole(of.count)}</b> {say('members').toLowerCase()}{factor !== null && factor >= 1.5 && <span class="quiet"> · {say('grew', { factor: factor.toFixed(factor < 10 ? 1 : 0) })}</span>}</p>
      {of.description && <p class="quiet">{of.description}</p>}
      {times.length > 1 && (
        <div class="campaign-growth">
          <TimeSeries times={times} series={[{ name: say('members'), values: members, isArea: true }]} label={say('growth')} />
        </div>
      )}
      <dl class="facts">
        <dt>{say('quirk')}</dt>
        <dd class="mono">{of.quirk || '–'}</dd>
        <dt>{say('ports')}</dt>
        <dd>
          {of.ports.length === 0 ? say('ports.many') : of.ports.map((each, i) => (
            <span key={`${each.port} ${each.protocol}`}>{i > 0 && ', '}<PortLink port={each.port} protocol={each.protocol} />{each.part !== null && ` ${percent(each.part)}`}</span>
          ))}
        </dd>
        {of.tool && <dt>{say('tool')}</dt>}
        {of.tool && <dd>{of.tool}</dd>}
        {of.class && <dt>{say('class')}</dt>}
        {of.class && <dd>{className(of.class)}</dd>}
        {of.networks !== null && <dt>{say('spread')}</dt>}
        {of.networks !== null && <dd>{say('spread.text', { networks: whole(of.networks), systems: whole(of.systems), countries: whole(of.countries) })}</dd>}
        {of.packets !== null && <dt>{say('packets')}</dt>}
        {of.packets !== null && <dd>{whole(of.packets)}</dd>}
        <dt>{say('when')}</dt>
        <dd>{time(of.first, { seconds: false, zone: false })} – {time(of.last, { seconds: false })}</dd>
        {of.confidence !== null && <dt>{say('confidence')}</dt>}
        {of.confidence !== null && <dd>{percent(of.confidence)}</dd>}
      </dl>
      <h3 class="section">{say('members')} <span class="quiet">{say('members.of', { shown: whole(of.members.length), all: whole(of.count) })}</span></h3>
      <p class="addresses">{of.members.map((each) => <HostLink key={each} of={each} />)}</p>
    </div>
  );
}
