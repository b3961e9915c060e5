// Where the Cube's packets come from: the live frames, or, where none come or the range is fixed, the store.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { urlOf } from '../../api/client';
import { useAskUrl, type Asking } from '../../api/use_ask';
import { Colouring, type ColourBy } from '../../parts/colouring';
import { frameFilter, type FrameFilter } from '../../parts/frame_filter';
import { useTools } from '../../parts/tools';
import { asked, filter, range } from '../../state/store';
import { thinned, type Frame } from '../../stream/frames';
import { frames, pastFrames, pipeline, useFrames } from '../../stream/live';
import { mostOfOld } from '../../stream/ring';
import { batchOfFrame, batchOfRows, type PacketRow } from './batch';
import { PictureClock } from './clock';
import { Player } from './player';
import { webGlKind } from './renderer';
import { Stage } from './stage';
import { liveTiming, mostMarks } from './timing';

/** Rows of the store that are drawn at most. */
export const mostRows = 5000;
/** A stored range is played in this time, milliseconds. */
export const playTime = 20_000;
/** How far back one can go, milliseconds. */
export const mostBack = 600_000;
/** Milliseconds that a live frame spans. */
const frameTime = 250;
/** Without a frame for so long the store is asked, milliseconds. */
const patience = 4000;

/** Packets of a stored range stay where they arrived. */
const storedTiming = { flight: 1800, glow: 3 * playTime };
const passAll: FrameFilter = { test: () => true, missing: [] };

interface Packets {
  rows: readonly PacketRow[];
  next: string | null;
}
export interface Source {
  stage: Stage;
  isLive: boolean;
  /** Fields of the filter that live frames do not carry: the store answers instead. */
  missing: readonly string[];
  packets: Asking<Packets>;
  totals: Asking<{ packets: number }>;
  tools: ReadonlyMap<number, string>;
}

/** Whether frames come. Null: not known yet. */
function useIsFlowing(wanted: boolean, hear: (frame: Frame) => void): boolean | null {
  const [flows, setFlows] = useState<boolean | null>(null);
  const last = useRef(0);
  const take = useCallback((frame: Frame) => {
    last.current = Date.now();
    setFlows(true);
    hear(frame);
  }, [hear]);
  useFrames(wanted ? take : null);
  useEffect(() => {
    if (!wanted) return;
    const begun = Date.now();
    const timer = setInterval(() => last.current === 0 && Date.now() - begun > patience && isPast() && setFlows(false), 1000);
    return () => clearInterval(timer);
  }, [wanted]);
  // No sensor runs: nothing will come.
  const sensors = pipeline.value?.sensors ?? [];
  const isOver = sensors.length > 0 && sensors.every((each) => each.phase === 'ended');
  return flows === null && isOver && isPast() ? false : flows;
}

/** No frame came lately: what was heard before is over. */
const isPast = () => frames.last === undefined || Date.now() - frames.last.arrived > 10_000;

export function useSource(by: ColourBy): Source {
  const tools = useTools();
  const live = range.value.live;
  const tried = useMemo(() => frameFilter(filter.value, tools.numbers), [filter.value, tools]);
  const missing = tried?.missing ?? [];
  const wantsFrames = live && tried !== null && missing.length === 0;
  const hear = useRef<(frame: Frame) => void>(() => undefined);
  const heard = useCallback((frame: Frame) => hear.current(frame), []);
  const flows = useIsFlowing(wantsFrames, heard);
  const isLive = wantsFrames && flows !== false;
  const isSettled = !wantsFrames || flows !== null;

  const of = asked.value;
  const url = of && !isLive && isSettled ? urlOf('/api/v1/packets', { ...of, order: 'newest', limit: mostRows }) : null;
  const packets = useAskUrl<Packets>(url);
  const totals = useAskUrl<{ packets: number }>(url && of ? urlOf('/api/v1/statistics', of) : null);

  const kind = webGlKind();
  const liveStage = useMemo(() => {
    const timing = liveTiming[kind];
    const mostOfBatch = Math.floor((mostMarks[kind] * frameTime) / (timing.flight + timing.glow));
    const player = new Player({ filter: tried ?? passAll, colouring: new Colouring(by), timing, most: mostMarks[kind], mostOfBatch, span: frameTime, keep: (of) => batchOfFrame(thinned(of.frame, mostOfOld)) });
    for (const each of frames.all()) player.add(batchOfFrame(each));
    return new Stage(player, new PictureClock(() => Date.now()));
  }, [by, tried, pastFrames.value]);
  const storedStage = useMemo(() => {
    const player = new Player({ filter: passAll, colouring: new Colouring(by), timing: storedTiming, most: mostRows, mostOfBatch: mostRows, span: playTime });
    const rows = packets.data?.rows ?? [];
    if (rows.length > 0) player.add(batchOfRows(rows, tools.numbers, playTime));
    const stage = new Stage(player, new PictureClock(() => Date.now(), { held: playTime + storedTiming.flight }));
    stage.isStill = true;
    return stage;
  }, [by, packets.data, tools]);
  hear.current = (frame) => {
    liveStage.player.add(batchOfFrame(frame), frame.arrived - mostBack);
    liveStage.request();
  };
  return { stage: isLive ? liveStage : storedStage, isLive, missing, packets, totals, tools: tools.names };
}
