// One attack: what the victim answered, how even the forged senders are, and how the estimate comes about.
import type { AttackRow } from '../../api/types';
import type { Asking } from '../../api/use_ask';
import { age, percent, short, timeOf, whole } from '../../language/format';
import { lineColor } from '../../look/palette';
import { HostLink, PortLink } from '../../parts/entity';
import { Panel } from '../../parts/panel';
import { answers, leastP, oneIn, placeOfP, secondsOf } from './attacks';
import { answerColor } from './lanes';
import { scalingText } from './scaling';
import { say } from './words';

export function Detail({ of, row }: { of: Asking<unknown>; row: AttackRow | null }) {
  return (
    <Panel title={say('detail')} span={4} height={300} of={of} isEmpty={row === null}
      explain={{ method: say('detail.method'), caveat: say('caveat'), source: 'Moore, Shannon, Brown, Voelker, Savage: Inferring Internet Denial-of-Service Activity, ACM TOCS 24(2), 2006' }}>
      {row && <One of={row} />}
    </Panel>
  );
}

function One({ of }: { of: AttackRow }) {
  const total = Math.max(1, answers.reduce((sum, each) => sum + of.answers[each], 0));
  const share = oneIn(of);
  return (
    <div class="attack scroll" data-victim={of.victim}>
      <p class="attack-head">
        <HostLink of={of.victim} />
        {of.ongoing && <span class="badge is-warn">{say('ongoing')}</span>}
        {of.victims > 1 && <span class="badge">{say('carpet', { count: whole(of.victims) })}</span>}
        {of.cut && <span class="badge">{say('cut')}</span>}
      </p>
      <p class="attack-rate">
        {of.attack_rate === null ? <span class="none">{say('no-rate', { why: scalingText(of.scaling) })}</span>
          : <><b>≈ {short(of.attack_rate)}</b> {say('rate.unit')}</>}
      </p>
      {share !== null && of.attack_rate !== null && (
        <p class="attacks-arithmetic">{say('arithmetic', { peak: whole(of.most_per_minute), share: whole(share), rate: whole(of.attack_rate) })}</p>
      )}
      <dl class="facts">
        <dt>{say('when')}</dt>
        <dd>{timeOf(of.first, { zone: false, seconds: false })} – {timeOf(of.last, { date: false, seconds: false })} ({age(secondsOf(of))})</dd>
        <dt>{say('port')}</dt>
        <dd>
          {of.ports.slice(0, 5).map((each, i) => (
            <span key={i}>{i > 0 && ', '}{/^(tcp|udp)$/.test(each.protocol) ? <PortLink port={each.port} protocol={each.protocol} /> : each.protocol}</span>
          ))}
          {of.port_count > 5 && ` +${whole(of.port_count - 5)}`}
        </dd>
        <dt>{say('forged')}</dt>
        <dd>{say('forged.text', { count: whole(of.spoofed_sources), packets: whole(of.packets) })}</dd>
        <dt>{say('answer')}</dt>
        <dd class="attacks-answers">
          <span class="attacks-stack" role="img" aria-label={answers.map((each) => `${say(`answer.${each}`)} ${percent(of.answers[each] / total)}`).join(', ')}>
            {answers.map((each) => of.answers[each] > 0 && <i key={each} style={{ width: `${(of.answers[each] / total) * 100}%`, background: lineColor(answerColor[each]) }} />)}
          </span>
          {answers.map((each) => of.answers[each] > 0 && <span key={each}>{say(`answer.${each}`)} {percent(of.answers[each] / total)}</span>)}
        </dd>
        <dt title={say('uniformity.help')}>{say('uniformity')}</dt>
        <dd><Uniformity of={of} /></dd>
        <dt>{say('sensor')}</dt>
        <dd>{of.sensor}</dd>
      </dl>
    </div>
  );
}

/** The p-value on a line, with the limit below which forged senders are not even. */
function Uniformity({ of }: { of: AttackRow }) {
  if (of.scaling !== 'done' && of.scaling !== 'not-uniform') return <span class="quiet">{say('uniformity.none', { why: scalingText(of.scaling) })}</span>;
  const isEven = of.scaling === 'done';
  return (
    <span class="attacks-p-value">
      <span class="line" role="img" aria-label={`p = ${of.uniformity}`}>
        <i class="limit" style={{ left: `${placeOfP(leastP) * 100}%` }} />
        <i class={`at ${isEven ? 'is-even' : 'is-uneven'}`} style={{ left: `${placeOfP(of.uniformity) * 100}%` }} />
      </span>
      <span>p = {of.uniformity >= 0.001 ? of.uniformity.toFixed(3) : of.uniformity.toExponential(1)} · {say(isEven ? 'even' : 'uneven')}</span>
    </span>
  );
}
