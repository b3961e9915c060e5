// Live packets as arcs over the map: a canvas of its own, drawn only while something is in the air.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { whole } from '../../language/format';
import { tokenColor } from '../../look/palette';
import { Colouring, type ColourBy } from '../../parts/colouring';
import { ColourLegend } from '../../parts/colour_legend';
import { frameFilter } from '../../parts/frame_filter';
import { placesOf } from '../../parts/geography';
import { useTools } from '../../parts/tools';
import { useWorld, worldProjection } from '../../parts/world_map';
import { moves, theme } from '../../state/settings';
import { filter } from '../../state/store';
import type { Frame } from '../../stream/frames';
import { useFrames } from '../../stream/live';
import { Arcs, drawArcs, type Point } from './arcs';
import { say } from './words';

const nothing = () => undefined;

export interface LiveArcs {
  isOn: boolean;
  layer: ComponentChildren;
  legend: ComponentChildren;
  note: string | undefined;
}

/** `at`: the country where the telescope is drawn; empty: below the map. */
export function useArcs(isWanted: boolean, by: ColourBy, at: string): LiveArcs {
  const tools = useTools();
  const [seen, setSeen] = useState({ packets: 0, fitting: 0, placeless: 0, drawn: 0 });
  const tried = useMemo(() => frameFilter(filter.value, tools.numbers), [filter.value, tools]);
  const colouring = useMemo(() => new Colouring(by), [by, filter.value]);
  const arcs = useMemo(() => new Arcs(), [by, filter.value]);
  const canTry = tried !== null && tried.missing.length === 0;
  const isOn = isWanted && canTry;
  const places = usePlaces(at);
  const redraw = useRef<() => void>(nothing);
  const take = useCallback(
    (frame: Frame) => {
      if (!tried || document.hidden) return;
      arcs.take(frame, tried, colouring, (country) => places.has(country));
      setSeen(arcs.last);
      redraw.current();
    },
    [tried, arcs, colouring, places],
  );
  useFrames(isOn ? take : null);
  const note = !isWanted ? undefined
    : !canTry ? (tried === null ? undefined : say('arcs.cannot', { fields: tried.missing.join(', ') }))
    : seen.packets === 0 ? say('arcs.none')
    : say(seen.placeless > 0 ? 'arcs.placeless' : 'arcs.shown', { shown: whole(seen.drawn), all: whole(seen.packets), placeless: whole(seen.placeless) });
  return {
    isOn,
    layer: isOn && <ArcLayer arcs={arcs} colouring={colouring} at={at} redraw={redraw} />,
    legend: <ColourLegend of={colouring} tools={tools.names} />,
    note,
  };
}

function usePlaces(at: string) {
  const world = useWorld();
  return useMemo(() => placesOf(world), [world, at]);
}

function ArcLayer(of: { arcs: Arcs; colouring: Colouring; at: string; redraw: { current: () => void } }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const places = usePlaces(of.at);
  useEffect(() => {
    const on = canvas.current?.getContext('2d');
    const element = canvas.current;
    if (!on || !element) return;
    let timer = 0;
    let size = { width: 0, height: 0 };
    let points = new Map<string, Point>();
    let to: Point = { x: 0, y: 0 };
    const fit = () => {
      size = element.getBoundingClientRect();
      const scale = devicePixelRatio || 1;
      [element.width, element.height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
      const projection = worldProjection(size.width, size.height);
      points = new Map([...places].map(([code, place]) => {
        const [x, y] = projection([place[0], place[1]]) ?? [0, 0];
        return [code, { x, y }];
      }));
      to = points.get(of.at) ?? { x: size.width / 2, y: size.height - 9 };
      draw();
    };
    const draw = () => {
      timer = 0;
      const now = Date.now();
      const scale = devicePixelRatio || 1;
      on.setTransform(scale, 0, 0, scale, 0, 0);
      on.clearRect(0, 0, size.width, size.height);
      const flying = of.arcs.flying(now);
      drawArcs(on, flying, {
        now, height: size.height, isStill: !moves(), place: (code) => points.get(code) ?? null, to, color: (index) => of.colouring.color(index),
      });
      telescope(on, to);
      element.dataset['flying'] = String(flying.length);
      if (flying.length > 0 && moves()) timer = requestAnimationFrame(draw);
    };
    of.redraw.current = () => {
      if (timer === 0) timer = requestAnimationFrame(draw);
    };
    const watch = new ResizeObserver(fit);
    watch.observe(element);
    return () => {
      watch.disconnect();
      cancelAnimationFrame(timer);
      of.redraw.current = nothing;
    };
  }, [of.arcs, of.colouring, of.at, places, theme.value]);
  return <canvas ref={canvas} class="arcs" aria-hidden="true" />;
}

/** Where the arcs end. */
function telescope(on: CanvasRenderingContext2D, at: Point) {
  on.strokeStyle = tokenColor('--ink');
  on.fillStyle = tokenColor('--panel');
  on.lineWidth = 1.4;
  on.beginPath();
  on.arc(at.x, at.y, 4.2, 0, 7);
  on.fill();
  on.stroke();
  on.font = `11px ${tokenColor('--font')}`;
  on.textAlign = 'left';
  on.fillStyle = tokenColor('--ink-2');
  on.fillText(say('telescope'), at.x + 9, at.y + 4);
}
