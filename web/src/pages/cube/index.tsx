// Cube: packets on their way from a plane of sources to a plane of destinations, and its twin in two dimensions.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { me } from '../../api/client';
import { limited, Panel, ToolButton } from '../../parts/panel';
import { ColourLegend } from '../../parts/colour_legend';
import { time, whole } from '../../language/format';
import { useKeys } from '../../state/keys';
import { moves } from '../../state/settings';
import { query, setParam } from '../../state/store';
import { heatOf, type Across } from './heat';
import { packetColumns, rowsOf } from './packets';
import { allMarks, goBy, playOrHold } from './actions';
import { PlayBar } from './play_bar';
import { Side } from './side';
import { playTime, useSource, type Source } from './source';
import type { Stage } from './stage';
import { webGlKind } from './renderer';
import { Twin } from './twin';
import { View } from './view';
import { say } from './words';
import './cube.css';

/** Milliseconds of live packets that the heat map counts. */
const heatTime = 60_000;

export default function Cube() {
  const params = query.value.params;
  const [hasLost, setLost] = useState(webGlKind() === 'none');
  const isTwin = hasLost || params['view'] === 'twin' || (params['view'] !== 'cube' && !moves());
  const by = params['color'] === 'tool' ? 'tool' : 'class';
  const isEven = params['ports'] === 'even';
  const across: Across = params['across'] === 'destination' ? 'destination' : 'port';
  const source = useSource(by);
  const { stage } = source;
  const [isLasso, setLasso] = useState(false);
  const [picked, setPicked] = useState<readonly number[] | null>(null);
  const turn = useTurn(stage);
  useEffect(() => setPicked(null), [stage]);
  const actions = {
    freeze: () => playOrHold(source, turn.again),
    back: (seconds: number) => goBy(source, -seconds * 1000, turn.again),
    view: () => setParam('view', isTwin ? (moves() ? null : 'cube') : 'twin'),
    color: () => setParam('color', by === 'class' ? 'tool' : null),
    lasso: () => setLasso(!isLasso),
    all: () => setPicked(allMarks(stage)),
  };
  // Keys are registered once: they ask for what holds when they are pressed.
  const latest = useRef(actions);
  latest.current = actions;
  useKeys([
    { key: 'f', help: say('keys.freeze'), do: () => latest.current.freeze() },
    { key: ',', help: say('keys.back'), do: () => latest.current.back(5) },
    { key: '.', help: say('keys.forward'), do: () => latest.current.back(-5) },
    { key: 'v', help: say('keys.view'), do: () => latest.current.view() },
    { key: 'c', help: say('keys.color'), do: () => latest.current.color() },
    { key: 'x', help: say('keys.lasso'), do: () => latest.current.lasso() },
    { key: 's', help: say('keys.all'), do: () => latest.current.all() },
  ]);
  const isEmpty = source.isLive ? stage.player.bounds === null : source.packets.data?.rows.length === 0;
  return (
    <div class="grid cube">
      <Panel title={say(isTwin ? 'title.twin' : 'title')} span={9} height="var(--cube-height)" isBare note={<Note of={source} />}
        {...(source.isLive ? {} : { of: [source.packets, source.totals] })} isEmpty={!source.isLive && isEmpty}
        explain={{ method: `${say(source.isLive ? 'method.live' : 'method.stored')} ${say(isTwin ? 'method.twin' : 'method.cube')}`, caveat: say('caveat'), source: 'docs/api.md (Frames), docs/traffic.md' }}
        table={() => ({ columns: packetColumns(source.tools), rows: rowsOf(stage, allMarks(stage)) })}
        tools={<>
          {!isTwin && <ToolButton icon="lasso" pressed={isLasso} title={say('keys.lasso')} onClick={actions.lasso} />}
          {!hasLost && <ToolButton icon={isTwin ? 'cube' : 'tiles'} title={say('keys.view')} onClick={actions.view} />}
        </>}>
        {isTwin ? (
          <TwinOf stage={stage} across={across} isEven={isEven} turn={turn.count} />
        ) : (
          <View stage={stage} isEven={isEven} isLasso={isLasso} onLost={() => setLost(true)}
            onPick={(marks) => {
              setPicked(marks);
              setLasso(false);
            }} />
        )}
        {source.isLive && stage.player.bounds === null && <p class="cube-wait" role="status">{say('waiting')}</p>}
        <footer class="cube-foot">
          <Choice label={say('keys.color')} name="color" of={{ class: say('color.class'), tool: say('color.tool') }} usual="class" />
          <ColourLegend of={stage.player.of.colouring} tools={source.tools} />
          <span class="grow" />
          {isTwin && <Choice label={say('across')} name="across" of={{ port: say('across.port'), destination: say('across.destination') }} usual="port" />}
          <Choice label={say('ports.scale')} name="ports" of={{ log: say('ports.log'), even: say('ports.even') }} usual="log" />
        </footer>
        <PlayBar of={source} turn={turn.again} onFreeze={actions.freeze} />
        {hasLost && <p class="cube-caveat">{say('no.webgl')}</p>}
      </Panel>
      <Side stage={stage} picked={picked} tools={source.tools} turn={turn.count} onAll={actions.all} onClear={() => setPicked(null)} />
    </div>
  );
}

/** Has the parts beside the picture drawn again while it runs, four times a second at most. */
function useTurn(stage: Stage) {
  const [count, setCount] = useState(0);
  const again = () => {
    stage.request();
    setCount((before) => before + 1);
  };
  useEffect(() => {
    let before = Number.NaN;
    const timer = setInterval(() => {
      const now = stage.clock.isHeld ? stage.clock.now() : (stage.player.bounds?.to ?? 0) + (stage.alive > 0 ? Date.now() : 0);
      if (document.hidden || now === before) return;
      before = now;
      setCount((old) => old + 1);
    }, 400);
    return () => clearInterval(timer);
  }, [stage]);
  return { count, again };
}

function TwinOf({ stage, across, isEven, turn }: { stage: Stage; across: Across; isEven: boolean; turn: number }) {
  const { player, clock } = stage;
  const now = clock.now();
  const from = player.of.span === playTime ? 0 : now - heatTime;
  player.advance(now);
  stage.count();
  const heat = useMemo(
    () => heatOf(player.between(from, now), { filter: player.of.filter, across, isEven, size: player.size, from, to: now }), [stage, across, isEven, turn]);
  return <Twin heat={heat} across={across} isEven={isEven} size={player.size} />;
}

function Choice({ label, name, of, usual }: { label: string; name: 'color' | 'across' | 'ports'; of: Readonly<Record<string, string>>; usual: string }) {
  const chosen = query.value.params[name] ?? usual;
  return (
    <div class="choice" role="group" aria-label={label}>
      {Object.entries(of).map(([each, text]) => (
        <button key={each} type="button" aria-pressed={chosen === each} onClick={() => setParam(name, each === usual ? null : each)}>
          {text}
        </button>
      ))}
    </div>
  );
}

/** Which packets these are, how many of how many, and when they were seen. */
function Note({ of }: { of: Source }) {
  const { shown } = of.stage.player;
  const hidden = of.stage.player.hasHidden ? ` · ${say('hidden', { who: me.value?.role ?? '' })}` : '';
  if (of.isLive) return <>{shown.packets === 0 ? say('waiting') : say('note.live', { drawn: whole(shown.drawn), all: whole(shown.packets) }) + hidden}</>;
  const [rows, all] = [of.packets.data?.rows, of.totals.data?.packets];
  if (!rows || all === undefined || rows.length === 0) return null;
  const [from, to] = [rows[rows.length - 1]?.time, rows[0]?.time].map((each) => time(Date.parse(each ?? ''), { date: false, zone: false }));
  const why = of.missing.length > 0 ? `${say('missing', { fields: of.missing.join(', ') })} · ` : '';
  return <>{why + (limited(rows.length, all, whole) ?? whole(all))} · {say('note.stored', { from: from ?? '', to: to ?? '' }) + hidden}</>;
}
