// A flat world, countries coloured by a count. A click filters by the country (with Shift: leaves it out), dragging filters
// by all countries in the rectangle; left and right go through the countries by their count, Enter filters. What is given
// as children lies on top.
import { geoEqualEarth, geoPath, type GeoProjection } from 'd3-geo';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { say } from '../language';
import { countryName, whole } from '../language/format';
import { logPart, rampColor, tokenColor } from '../look/palette';
import { anyOf, negate, term, valuesOf, withOnly } from '../state/filter';
import { filter, setFilter, toggleTerm } from '../state/store';
import { useCanvas } from './canvas';
import { countries, dotPlaces, placesOf, type Country } from './geography';

export interface WorldMapOptions {
  /** Counts by ISO letters. */
  counts: ReadonlyMap<string, number>;
  /** The filter's field. */
  field?: string;
  children?: ComponentChildren;
}

/** The projection that fits a place, without Antarctica. */
export function worldProjection(width: number, height: number): GeoProjection {
  return geoEqualEarth().fitExtent([[4, 4], [width - 4, height - 4]], {
    type: 'MultiPoint',
    coordinates: [[-172, 0], [180, 0], [0, 80], [0, -56], [-120, -56], [150, -50]],
  });
}

/** The countries, when they have come. */
export function useWorld(): Country[] {
  const [world, setWorld] = useState<Country[]>([]);
  useEffect(() => {
    let isHere = true;
    void countries().then((all) => isHere && setWorld(all));
    return () => {
      isHere = false;
    };
  }, []);
  return world;
}

interface Shape {
  code: string | null;
  path: Path2D;
}
interface Box {
  x: number;
  y: number;
  toX: number;
  toY: number;
}

/** A smaller move is a click. */
const leastDrag = 5;

export function WorldMap(of: WorldMapOptions) {
  const world = useWorld();
  const [at, setAt] = useState<string | null>(null);
  const [box, setBox] = useState<Box | null>(null);
  const shapes = useRef<Shape[]>([]);
  const most = useMemo(() => Math.max(1, ...of.counts.values()), [of.counts]);
  const field = of.field ?? 'country';
  const chosen = filter.value;
  const canvas = useCanvas(
    (on, width, height) => {
      const projection = worldProjection(width, height);
      shapes.current = shapesOf(world, projection, of.counts);
      const among = new Set(valuesOf(chosen, field));
      draw(on, shapes.current, of.counts, most, (code) => code === at || among.has(code));
    },
    [world, of.counts, at, chosen],
  );
  const find = (event: MouseEvent): string | null => {
    const on = canvas.current?.getContext('2d');
    if (!on) return null;
    const scale = devicePixelRatio || 1;
    return shapes.current.findLast(({ path }) => on.isPointInPath(path, event.offsetX * scale, event.offsetY * scale))?.code ?? null;
  };
  const pick = (code: string | null, isContrary: boolean) => {
    if (code) toggleTerm(isContrary ? negate(term(field, code)) : term(field, code));
  };
  /** All countries whose point lies in the rectangle and that sent something. */
  const brush = (of_: Box) => {
    const { width = 0, height = 0 } = canvas.current?.getBoundingClientRect() ?? {};
    const found = countriesIn(of_, worldProjection(width, height), world).filter((code) => of.counts.has(code));
    if (found.length > 0) setFilter(withOnly(filter.peek(), field, anyOf(field, found.sort())));
  };
  const ranked = useMemo(() => [...of.counts].sort((a, b) => b[1] - a[1]).map(([code]) => code), [of.counts]);
  const press = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt(ranked[Math.max(0, Math.min(ranked.length - 1, (at === null ? -1 : ranked.indexOf(at)) + step))] ?? null);
    else if (event.key === 'Enter') pick(at, event.shiftKey);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const corner = (event: MouseEvent) => ({ toX: event.offsetX, toY: event.offsetY });
  return (
    <div class="world">
      <canvas ref={canvas} role="img" tabIndex={0} aria-label={`${say('map.label')}${at ? `: ${countryName(at)} ${whole(of.counts.get(at) ?? 0)}` : ''}`}
        style={{ cursor: at ? 'pointer' : 'crosshair' }} onKeyDown={press} onBlur={() => setAt(null)}
        onMouseDown={(event) => event.button === 0 && setBox({ x: event.offsetX, y: event.offsetY, ...corner(event) })}
        onMouseMove={(event) => (box && event.buttons & 1 ? setBox({ ...box, ...corner(event) }) : setAt(find(event)))}
        onMouseLeave={() => {
          setAt(null);
          setBox(null);
        }}
        onMouseUp={(event) => {
          if (!box) return;
          setBox(null);
          if (sizeOf(box) < leastDrag) pick(find(event), event.shiftKey);
          else brush({ ...box, ...corner(event) });
        }} />
      {of.children}
      {box && sizeOf(box) >= leastDrag && <div class="brush" style={styleOf(box)} />}
      {at && <span class="tip">{countryName(at)} {whole(of.counts.get(at) ?? 0)}</span>}
    </div>
  );
}

const sizeOf = (of: Box) => Math.hypot(of.toX - of.x, of.toY - of.y);
const styleOf = (of: Box) => ({
  left: `${Math.min(of.x, of.toX)}px`, top: `${Math.min(of.y, of.toY)}px`,
  width: `${Math.abs(of.toX - of.x)}px`, height: `${Math.abs(of.toY - of.y)}px`,
});

export function countriesIn(of: Box, projection: GeoProjection, world: readonly Country[]): string[] {
  const [left, right] = [Math.min(of.x, of.toX), Math.max(of.x, of.toX)];
  const [top, bottom] = [Math.min(of.y, of.toY), Math.max(of.y, of.toY)];
  return [...placesOf(world)].flatMap(([code, place]) => {
    const [x, y] = projection([place[0], place[1]]) ?? [-1, -1];
    return x >= left && x <= right && y >= top && y <= bottom ? [code] : [];
  });
}

/** Paths of the countries, and dots for the small ones that sent something. */
function shapesOf(world: readonly Country[], projection: GeoProjection, counts: ReadonlyMap<string, number>): Shape[] {
  const path = geoPath(projection);
  const lands = world.filter((each) => each.code !== 'AQ').map(({ code, shape }) => ({ code, path: new Path2D(path(shape) ?? '') }));
  const points = world.length === 0 ? [] : [...dotPlaces].filter(([code]) => counts.has(code));
  return [
    ...lands,
    ...points.map(([code, place]) => {
      const dot = new Path2D();
      const [x, y] = projection([place[0], place[1]]) ?? [-9, -9];
      dot.arc(x, y, 3.4, 0, 7);
      return { code, path: dot };
    }),
  ];
}

function draw(
  on: CanvasRenderingContext2D, shapes: readonly Shape[], counts: ReadonlyMap<string, number>, most: number, isMarked: (code: string) => boolean,
) {
  on.lineWidth = 0.6;
  on.strokeStyle = tokenColor('--panel');
  const empty = tokenColor('--raised');
  for (const { code, path } of shapes) {
    const count = code === null ? 0 : (counts.get(code) ?? 0);
    on.fillStyle = count > 0 ? rampColor(0.12 + 0.88 * logPart(count, most)) : empty;
    on.fill(path);
    on.stroke(path);
  }
  on.lineWidth = 1.6;
  on.strokeStyle = tokenColor('--accent');
  for (const { code, path } of shapes) if (code !== null && isMarked(code)) on.stroke(path);
}
