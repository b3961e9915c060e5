// Findings as rows of a table, and as a panel of a page about something else.
import { percent, short, timeOf, whole } from '../language/format';
import { servicePath } from '../parts/entity';
import { Panel } from '../parts/panel';
import { Table, type Column } from '../parts/table';
import { go, linkTo } from '../state/store';
import type { Findings } from './ask';
import { excess, levels, serviceName, termOf, type Finding } from './finding';
import './finding.css';
import { LevelMark } from './level_mark';
import { reasonOf } from './reason';
import { say } from './words';

const kinds = ['change', 'burst', 'surge', 'group', 'graph', 'high-risk', 'global', 'fused', 'shortage'] as const;
export function kindText(of: string): string {
  const known = kinds.find((each) => each === of);
  return known ? say(`kind.${known}`) : of;
}
export const kindNames: readonly string[] = kinds;

/** The engines, where the kind does not say it already; several where there is room. */
function byWhom(of: Finding, isWide: boolean): string {
  if (of.engines.length > 0) return isWide ? of.engines.join(', ') : '';
  return of.engine === of.kind ? '' : of.engine;
}

export function servicesText(of: Finding): string {
  const first = of.services[0];
  if (!first) return say('no-service');
  return `${serviceName(first)}${of.services.length > 1 ? ` +${of.services.length - 1}` : ''}`;
}

/** The page of a finding, with the range that is shown. */
export const findingPath = (id: string): string => linkTo('/findings', { finding: id });

const columnOf = (isWide = false): Record<'level' | 'since' | 'kind' | 'where' | 'sources' | 'excess' | 'confidence', Column<Finding>> => ({
  level: { key: 'level', title: say('column.level'), value: (each) => levels.indexOf(each.level), cell: (each) => <LevelMark of={each.level} isShort />, width: '56px' },
  since: { key: 'since', title: say('column.since'), value: (each) => each.first, width: '104px',
    cell: (each) => <span title={timeOf(each.first)}>{timeOf(each.first, { seconds: false, zone: false }).slice(5)}</span> },
  kind: { key: 'kind', title: say('column.kind'), value: (each) => each.kind, width: 'minmax(92px, 1.4fr)',
    cell: (each) => <span title={reasonOf(each)}>{kindText(each.kind)} <span class="quiet">{byWhom(each, isWide)}</span></span> },
  where: { key: 'where', title: say('column.where'), value: (each) => each.services[0]?.port ?? null, cell: servicesText, term: termOf, width: 'minmax(106px, 1fr)',
    link: (each) => servicePath(each.services[0]?.port, each.services[0]?.protocol) },
  sources: { key: 'sources', title: say('column.sources'), value: (each) => each.sourceCount, cell: (each) => short(each.sourceCount), isNumber: true, width: '66px' },
  excess: { key: 'excess', title: say('column.excess'), value: excess, cell: (each) => (excess(each) === null ? '–' : `×${short(excess(each))}`), isNumber: true, width: '60px' },
  confidence: { key: 'confidence', title: say('column.confidence'), value: (each) => each.confidence, cell: (each) => (each.confidence === null ? '–' : percent(each.confidence)), isNumber: true, width: '88px' },
});

/** `isWide`: for a panel of the whole width. */
export function findingColumns(isWide: boolean): Column<Finding>[] {
  const { level, since, kind, where, sources, excess: above, confidence } = columnOf(isWide);
  const reason: Column<Finding> = { key: 'reason', title: say('column.reason'), value: reasonOf, cell: (each) => <span title={reasonOf(each)}>{reasonOf(each)}</span>, width: 'minmax(120px, 4fr)' };
  return isWide ? [level, since, where, kind, sources, above, confidence, reason] : [level, since, where, kind, sources, above];
}

/** For a panel of a third of the page. */
export function shortFindingColumns(): Column<Finding>[] {
  const { level, since, kind, where, sources } = columnOf();
  return [
    { ...level, title: '', width: '34px' },
    since,
    { ...where, width: 'minmax(104px, 1fr)' },
    { ...kind, cell: (each) => <span title={reasonOf(each)}>{kindText(each.kind)}</span>, width: 'minmax(76px, 1fr)' },
    sources,
  ];
}

/** Findings about what a page is about. Not there where the server has none. */
export function FindingsPanel({ of, span, height }: { of: Findings; span: number; height: number | string }) {
  if (of.can === false) return null;
  const isWide = span > 6;
  return (
    <Panel title={say('panel')} span={span} height={height} of={of.of} isBare
      note={<a class="entity" href={linkTo('/findings')}>{of.rows.length > 0 ? whole(of.rows.length) : say('all')}</a>}
      explain={{ method: say('panel.method'), caveat: say('panel.caveat'), source: 'docs/engines' }}>
      {of.rows.length === 0 ? <p class="state">{say('none')}</p>
        : <Table columns={isWide ? findingColumns(true) : shortFindingColumns()} rows={of.rows} onOpen={(row) => go(findingPath(row.id))} onEnd={of.of.more} />}
    </Panel>
  );
}
