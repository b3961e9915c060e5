// Notable findings of the period of a report: the strongest first, each with its sentence, or why there are none.
import { findingFrom, type Finding } from '../../finding/finding';
import { LevelMark } from '../../finding/level_mark';
import { reasonOf } from '../../finding/reason';
import { findingPath, kindText, servicesText } from '../../finding/rows';
import { percent, timeOf, whole } from '../../language/format';
import type { Findings, Told } from './made';
import { say } from './words';

export function Notable({ of }: { of: Findings }) {
  const rows = of.rows.flatMap((each) => {
    const finding = findingFrom(each.finding);
    return finding ? [{ told: each, finding }] : [];
  });
  return (
    <section class="report-notable">
      <h2>{say('notable')}</h2>
      {of.count === 0 ? <p class="quiet">{say(of.shortages === 0 ? 'notable.none' : 'notable.short')}</p> : (
        <table>
          <tbody>{rows.map((each) => <Row key={each.finding.id} told={each.told} of={each.finding} />)}</tbody>
        </table>
      )}
    </section>
  );
}

function Row({ told, of }: { told: Told; of: Finding }) {
  return (
    <tr>
      <td>{timeOf(told.first, { seconds: false, zone: false })}</td>
      <td><LevelMark of={of.level} /></td>
      <td>
        <a href={findingPath(of.id)}>{kindText(of.kind)} · {servicesText(of)}</a>
        <small>{told.engines.join(', ')}{told.count > 1 && ` · ${say('notable.count', { count: whole(told.count) })}`}</small>
      </td>
      <td>
        {say('notable.sources', { count: whole(told.source_count) })}
        <small>{say('notable.confidence', { confidence: of.confidence === null ? '–' : percent(of.confidence) })}</small>
      </td>
      <td>{reasonOf(of)}</td>
    </tr>
  );
}
