// Findings: what the engines concluded, on what it stands, and how they conclude. Below, with engines or without: what
// changed by plain counting, and the coordinated scans that there are.
import { useMemo } from 'preact/hooks';
import { hasRoute } from '../../api/routes';
import { useAskUrl } from '../../api/use_ask';
import { useFindings, type FindingQuery } from '../../finding/ask';
import { askedBy, levels, type Finding } from '../../finding/finding';
import { findingColumns, kindNames, kindText } from '../../finding/rows';
import { say as word } from '../../finding/words';
import { whole } from '../../language/format';
import { Icon } from '../../look/icons';
import { Panel } from '../../parts/panel';
import { Table } from '../../parts/table';
import { valuesOf } from '../../state/filter';
import { filter, query, setParam } from '../../state/store';
import { pipeline } from '../../stream/live';
import { ChangesPanels } from './changes';
import { CoordinatedPanel } from './coordinated';
import { Detail } from './detail';
import { enginesFrom, type Engine } from './engines';
import './findings.css';
import { say } from './words';

const choices = ['engine', 'kind', 'level', 'sensor'] as const;

/** The page's own choices, and what the filter asks for as far as findings have it. */
function queryOf(): FindingQuery {
  const { params } = query.value;
  const level = levels.find((each) => each === params['level']);
  return {
    ...(params['engine'] ? { engine: params['engine'] } : {}),
    ...(params['kind'] ? { kind: params['kind'] } : {}),
    ...(params['sensor'] ? { sensor: params['sensor'] } : {}),
    ...(level ? { level } : {}),
    ...askedBy([...valuesOf(filter.value, 'dst.port'), ...valuesOf(filter.value, 'port')], valuesOf(filter.value, 'protocol'), valuesOf(filter.value, 'src')),
  };
}

export default function Findings() {
  const wanted = queryOf();
  const found = useFindings(wanted);
  const engines = useEngines();
  const id = query.value.params['finding'] ?? '';
  // What an engine could not judge is no reason to look at it first.
  const chosen = id || ((found.rows.find((each) => each.kind !== 'shortage') ?? found.rows[0])?.id ?? '');
  return (
    <div class="grid findings-page" data-engines={found.can === null ? 'unknown' : String(found.can)}>
      {found.can === false ? <NoEngine /> : (
        <>
          <Panel title={word('panel')} span={5} height="var(--findings-height)" of={found.of} isBare note={noteOf(found.rows.length, found.of.hasMore, wanted)}
            explain={{ method: word('panel.method'), caveat: word('panel.caveat'), source: 'docs/engines' }}>
            <Choices engines={engines} rows={found.rows} />
            {found.rows.length === 0 ? <Nothing />
              : <Table columns={findingColumns(false)} rows={found.rows} onChoose={choose} isOn={(each) => each.id === chosen} onEnd={found.of.more} />}
          </Panel>
          <Detail id={chosen} engines={engines} />
        </>
      )}
      <ChangesPanels />
      <CoordinatedPanel />
    </div>
  );
}

function useEngines(): readonly Engine[] {
  const route = '/api/v1/engines';
  const asking = useAskUrl<unknown>(hasRoute(route) === true ? route : null);
  return useMemo(() => enginesFrom(asking.data), [asking.data]);
}

const choose = (each: Finding) => setParam('finding', each.id, { replace: true });

function noteOf(count: number, hasMore: boolean, { service, source }: FindingQuery): string | undefined {
  const about = [service, source].filter((each) => each !== undefined).join(', ');
  if (about === '' && count === 0) return undefined;
  return [hasMore ? `${whole(count)}+` : whole(count), ...(about === '' ? [] : [say('about', { what: about })])].join(' · ');
}

function NoEngine() {
  return (
    <p class="findings-none" role="note">
      <Icon name="info" size={18} />
      <span>
        <b>{say('none.title')}</b> {say('none.text')}
      </span>
    </p>
  );
}

function Nothing() {
  const isNarrowed = choices.some((each) => query.value.params[each]);
  return (
    <div class="state">
      <p>{isNarrowed ? say('none.chosen') : word('none')}</p>
      {isNarrowed && <button type="button" class="button" onClick={() => choices.forEach((each) => setParam(each, null, { replace: true }))}>{say('choice.clear')}</button>}
    </div>
  );
}

/** Which findings: by engine, kind, least level and sensor. In the URL. */
function Choices({ engines, rows }: { engines: readonly Engine[]; rows: readonly Finding[] }) {
  const seen = (of: (each: Finding) => string) => rows.map(of).filter((each) => each !== '');
  const unique = (all: readonly string[]) => [...new Set(all)].sort();
  const names: Record<(typeof choices)[number], [string, string][]> = {
    engine: unique([...engines.map((each) => each.name), ...seen((each) => each.engine)]).map((each) => [each, each]),
    kind: [...new Set([...kindNames, ...seen((each) => each.kind)])].map((each) => [each, kindText(each)]),
    level: [...levels].reverse().slice(1).map((each) => [each, say('choice.from', { level: word(`level.${each}`) })]),
    sensor: unique([...(pipeline.value?.sensors ?? []).map((each) => each.name), ...seen((each) => each.sensor)]).map((each) => [each, each]),
  };
  return (
    <div class="findings-choices">
      {choices.map((name) => (
        <select key={name} class="field" aria-label={say(`choice.${name}`)} value={query.value.params[name] ?? ''} data-choice={name}
          onChange={(event) => setParam(name, event.currentTarget.value || null)}>
          <option value="">{say(`choice.${name}.all`)}</option>
          {names[name].map(([value, text]) => <option key={value} value={value}>{text}</option>)}
        </select>
      ))}
    </div>
  );
}
