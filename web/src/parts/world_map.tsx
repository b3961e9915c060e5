// A flat world, countries coloured by a count. A click filters by the country; `over` draws on top of it.
import { geoEqualEarth, geoPath, type GeoProjection } from 'd3-geo';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { say } from '../language';
import { countryName, whole } from '../language/format';
import { logPart, rampColor, tokenColor } from '../look/palette';
import { negate, term } from '../state/filter';
import { filter, toggleTerm } from '../state/store';
import { useCanvas } from './canvas';
import { countries, type Country } from './geography';

export interface WorldMapOptions {
  /** Counts by ISO letters. */
  counts: ReadonlyMap<string, number>;
  /** The filter's field. */
  field?: string;
  /** Marks on top; called with each drawing. */
  over?: (on: CanvasRenderingContext2D, project: GeoProjection, width: number, height: number) => void;
}

/** The projection that fits a place, without Antarctica. */
export function worldProjection(width: number, height: number): GeoProjection {
  return geoEqualEarth().fitExtent([[4, 4], [width - 4, height - 4]], {
    type: 'MultiPoint',
    coordinates: [[-172, 0], [180, 0], [0, 80], [0, -56], [-120, -56], [150, -50]],
  });
}

export function WorldMap(of: WorldMapOptions) {
  const [world, setWorld] = useState<Country[]>([]);
  const [at, setAt] = useState<string | null>(null);
  const paths = useRef<{ country: Country; path: Path2D }[]>([]);
  const most = useMemo(() => Math.max(1, ...of.counts.values()), [of.counts]);
  useEffect(() => {
    let isHere = true;
    void countries().then((all) => isHere && setWorld(all));
    return () => {
      isHere = false;
    };
  }, []);
  const chosen = filter.value;
  const field = of.field ?? 'country';
  const canvas = useCanvas(
    (on, width, height) => {
      const projection = worldProjection(width, height);
      const draw = geoPath(projection);
      paths.current = world
        .filter((each) => each.code !== 'AQ')
        .map((country) => ({ country, path: new Path2D(draw(country.shape) ?? '') }));
      on.lineWidth = 0.6;
      on.strokeStyle = tokenColor('--panel');
      for (const { country, path } of paths.current) {
        const count = country.code === null ? 0 : (of.counts.get(country.code) ?? 0);
        on.fillStyle = count > 0 ? rampColor(0.12 + 0.88 * logPart(count, most)) : tokenColor('--raised');
        on.fill(path);
        on.stroke(path);
      }
      on.lineWidth = 1.6;
      on.strokeStyle = tokenColor('--accent');
      for (const { country, path } of paths.current)
        if (country.code !== null && (country.code === at || chosen.includes(term(field, country.code)))) on.stroke(path);
      of.over?.(on, projection, width, height);
    },
    [world, of.counts, of.over, at, chosen],
  );
  const find = (event: MouseEvent): string | null => {
    const on = canvas.current?.getContext('2d');
    if (!on) return null;
    const scale = devicePixelRatio || 1;
    return paths.current.find(({ path }) => on.isPointInPath(path, event.offsetX * scale, event.offsetY * scale))?.country.code ?? null;
  };
  return (
    <div class="world">
      <canvas ref={canvas} role="img" aria-label={say('map.label')} style={{ cursor: at ? 'pointer' : 'default' }}
        onMouseMove={(event) => setAt(find(event))} onMouseLeave={() => setAt(null)}
        onClick={(event) => {
          const code = find(event);
          if (code) toggleTerm(event.shiftKey ? negate(term(field, code)) : term(field, code));
        }} />
      {at && <span class="tip">{countryName(at)} {whole(of.counts.get(at) ?? 0)}</span>}
    </div>
  );
}
