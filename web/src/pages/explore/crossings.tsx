// Parallel coordinates: how attributes go together, as densities. A brush on an axis (or a rectangle on a plane) filters.
import { useMemo, useRef, useState } from 'preact/hooks';
import { me, urlOf } from '../../api/client';
import { useAskUrl } from '../../api/use_ask';
import { percent, whole } from '../../language/format';
import { Icon } from '../../look/icons';
import { tokenColor } from '../../look/palette';
import { useCanvas } from '../../parts/canvas';
import { Panel } from '../../parts/panel';
import { asked, change, filter, setParam } from '../../state/store';
import {
  axisNames, mostAxes, parseAxes, rangeOfBins, termOfBins, withAxis, withField, type Axis, type AxisName, type Crossings,
} from './axes';
import { binText, linesSaid, drawLines, drawPlanes, placeLines, placePlanes, type Chosen } from './draw';
import { say } from './words';

const bins = { lines: 96, planes: 96 } as const;
export type Picture = 'lines' | 'planes';

export function CrossingsPanel({ picture, axesText }: { picture: Picture; axesText: string | undefined }) {
  const axes = useMemo(() => parseAxes(axesText, picture), [axesText, picture]);
  const url = asked.value ? urlOf('/api/v1/crossings', { ...asked.value, axes: axes.join(','), bins: bins[picture] }) : null;
  const asking = useAskUrl<Crossings>(url);
  if (asking.problem?.status === 404)
    return <Panel title={say(picture === 'lines' ? 'crossings' : 'planes')} height="100%"><p class="state">{say('older')}</p></Panel>;
  // While other axes are on their way the picture of the old ones stays.
  const known = asking.data;
  const set = (next: readonly AxisName[]) => setParam('axes', next.join(','), { replace: true });
  const note = known ? [say('crossings.note', { packets: whole(known.packets), cells: linesSaid(known) }), known.sampled < 1 ? say('crossings.sampled', { part: percent(known.sampled) }) : ''].filter(Boolean).join(', ') : undefined;
  return (
    <Panel title={say(picture === 'lines' ? 'crossings' : 'planes')} height="100%" of={asking} isBare note={note}
      isEmpty={known !== null && known.packets === 0}
      explain={{ method: say(picture === 'lines' ? 'crossings.method' : 'planes.method'), caveat: say('crossings.caveat'), source: 'docs/api.md' }}
      table={() => tableOf(known)}>
      <div class={`explore-crossings is-${picture}`} data-cells={known?.pairs.reduce((sum, each) => sum + each.cells.length, 0) ?? 0}>
        <div class="axes">
          {axes.map((each, i) => <AxisName key={i} axes={axes} at={i} name={each} canDrop={picture === 'lines' && axes.length > 2}
            way={picture === 'lines' ? null : i === 0 || i === 3 ? '→' : '↓'} onSet={set} />)}
          {picture === 'lines' && axes.length < mostAxes && (
            <button type="button" class="add" title={say('axis.add')} aria-label={say('axis.add')}
              onClick={() => set([...axes, axisNames.find((each) => !axes.includes(each)) ?? 'ttl'])}>+</button>
          )}
        </div>
        {known && (picture === 'lines' ? <Lines of={known} /> : <PlanesPicture of={known} />)}
      </div>
    </Panel>
  );
}

function AxisName(of: { axes: readonly AxisName[]; at: number; name: AxisName; canDrop: boolean; way: string | null; onSet: (to: readonly AxisName[]) => void }) {
  const sees = me.value?.sees_destinations === true;
  return (
    <span class="explore-axis-name">
      <select aria-label={say('axis.label', { number: of.at + 1 })} value={of.name}
        onChange={(event) => of.onSet(withAxis(of.axes, of.at, event.currentTarget.value as AxisName))}>
        {axisNames.filter((each) => each !== 'destination' || sees).map((each) => <option key={each} value={each}>{say(`axis.${each}`)}</option>)}
      </select>
      {of.way && <span class="way" aria-hidden="true">{of.way}</span>}
      {of.canDrop && (
        <button type="button" title={say('axis.drop')} aria-label={`${say('axis.drop')}: ${say(`axis.${of.name}`)}`}
          onClick={() => of.onSet(of.axes.filter((_, i) => i !== of.at))}>
          <Icon name="close" size={10} />
        </button>
      )}
    </span>
  );
}

/** Bins as condition or time of the whole page; both at once where a rectangle says both. */
function filterBy(parts: readonly { axis: Axis; first: number; last: number }[]) {
  let [text, range] = [filter.value, null as { from: number; to: number } | null];
  for (const { axis, first, last } of parts) {
    const condition = termOfBins(axis, first, last);
    if (condition) text = withField(text, condition);
    range = rangeOfBins(axis, first, last) ?? range;
  }
  change({ filter: text, ...(range ? { range: { live: false as const, ...range } } : {}) });
}

const readingOf = (axis: Axis | undefined, first: number, last: number): string =>
  axis ? `${say(`axis.${axis.name}`)} ${rangeText(axis, Math.min(first, last), Math.max(first, last))}` : '';

function rangeText(axis: Axis, low: number, high: number): string {
  const [from, to] = [binText(axis, low), binText(axis, high, 'high')];
  return from === to ? from : `${from} – ${to}`;
}

function Lines({ of }: { of: Crossings }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const drags = useRef(false);
  const canvas = useCanvas((on, width, height) => drawLines(on, of, width, height, chosen), [of, chosen]);
  const binAt = (event: MouseEvent, axis: number | null): { axis: number; bin: number } => {
    const at = event.currentTarget as HTMLElement;
    const place = placeLines(of.axes.length, at.clientWidth, at.clientHeight);
    const near = axis ?? place.x.reduce((best, x, i) => (Math.abs(x - event.offsetX) < Math.abs((place.x[best] ?? 0) - event.offsetX) ? i : best), 0);
    const count = of.axes[near]?.bins.length ?? 1;
    return { axis: near, bin: Math.max(0, Math.min(count - 1, Math.floor(((event.offsetY - place.top) / place.height) * count))) };
  };
  const apply = () => {
    const axis = chosen && of.axes[chosen.axis];
    if (axis) filterBy([{ axis, first: chosen.first, last: chosen.last }]);
  };
  const press = (event: KeyboardEvent) => {
    const now = chosen ?? { axis: 0, first: 0, last: 0 };
    const count = of.axes[now.axis]?.bins.length ?? 1;
    const to = (by: number) => Math.max(0, Math.min(count - 1, now.last + by));
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const last = to(event.key === 'ArrowDown' ? 1 : -1);
      setChosen({ axis: now.axis, first: event.shiftKey ? now.first : last, last });
    } else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      setChosen({ axis: Math.max(0, Math.min(of.axes.length - 1, now.axis + (event.key === 'ArrowRight' ? 1 : -1))), first: 0, last: 0 });
    } else if (event.key === 'Enter' && chosen) apply();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="picture">
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={say('crossings')} onKeyDown={press}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drags.current = true;
          const { axis, bin } = binAt(event, null);
          setChosen({ axis, first: bin, last: bin });
        }}
        onPointerMove={(event) => {
          const { axis, bin } = binAt(event, drags.current && chosen ? chosen.axis : null);
          if (drags.current) setChosen((now) => now && { ...now, last: bin });
          else setChosen((now) => (now?.axis === axis && now.last === bin && now.first === bin ? now : { axis, first: bin, last: bin }));
        }}
        onPointerUp={() => {
          drags.current = false;
          apply();
        }}
        onPointerLeave={() => !drags.current && setChosen(null)} />
      <span class="tip">{chosen ? readingOf(of.axes[chosen.axis], chosen.first, chosen.last) : say('crossings.brush')}</span>
    </div>
  );
}

interface Box {
  side: 0 | 1;
  x0: number;
  y0: number;
  x: number;
  y: number;
}

function PlanesPicture({ of }: { of: Crossings }) {
  const [box, setBox] = useState<Box | null>(null);
  const drags = useRef(false);
  const axesOf = (side: 0 | 1) => [of.axes[side === 0 ? 0 : 3], of.axes[side === 0 ? 1 : 2]] as const;
  const canvas = useCanvas((on, width, height) => {
    drawPlanes(on, of, width, height);
    if (!box) return;
    const place = placePlanes(width, height);
    const plane = box.side === 0 ? place.left : place.right;
    const [across, down] = axesOf(box.side);
    const [w, h] = [plane.width / (across?.bins.length ?? 1), place.height / (down?.bins.length ?? 1)];
    const at = [plane.x + Math.min(box.x0, box.x) * w, place.top + Math.min(box.y0, box.y) * h, (Math.abs(box.x - box.x0) + 1) * w, (Math.abs(box.y - box.y0) + 1) * h] as const;
    // Seen on weak and on strong colours alike.
    for (const [color, width] of [['--panel', 4], ['--ink', 1.5]] as const) {
      on.strokeStyle = tokenColor(color);
      on.lineWidth = width;
      on.strokeRect(...at);
    }
  }, [of, box]);
  const cellAt = (event: MouseEvent, side: 0 | 1 | null): { side: 0 | 1; x: number; y: number } | null => {
    const at = event.currentTarget as HTMLElement;
    const place = placePlanes(at.clientWidth, at.clientHeight);
    const inside = (plane: { x: number; width: number }) => event.offsetX >= plane.x && event.offsetX < plane.x + plane.width;
    const near = side ?? (inside(place.left) ? 0 : inside(place.right) ? 1 : null);
    if (near === null) return null;
    const plane = near === 0 ? place.left : place.right;
    const [across, down] = axesOf(near);
    const bin = (part: number, count: number) => Math.max(0, Math.min(count - 1, Math.floor(part * count)));
    return {
      side: near, x: bin((event.offsetX - plane.x) / plane.width, across?.bins.length ?? 1), y: bin((event.offsetY - place.top) / place.height, down?.bins.length ?? 1),
    };
  };
  const apply = () => {
    const [across, down] = box ? axesOf(box.side) : [];
    if (box && across && down) filterBy([{ axis: across, first: box.x0, last: box.x }, { axis: down, first: box.y0, last: box.y }]);
  };
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    const now = box ?? { side: 0 as const, x0: 0, y0: 0, x: 0, y: 0 };
    const [across, down] = axesOf(now.side);
    if (step) {
      const x = Math.max(0, Math.min((across?.bins.length ?? 1) - 1, now.x + step[0]));
      const y = Math.max(0, Math.min((down?.bins.length ?? 1) - 1, now.y + step[1]));
      setBox(event.shiftKey ? { ...now, x, y } : { ...now, x0: x, y0: y, x, y });
    } else if (event.key === 's') setBox({ side: now.side === 0 ? 1 : 0, x0: 0, y0: 0, x: 0, y: 0 });
    else if (event.key === 'Enter' && box) apply();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const [across, down] = box ? axesOf(box.side) : [];
  return (
    <div class="picture">
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={say('planes')} onKeyDown={press}
        onPointerDown={(event) => {
          const at = cellAt(event, null);
          if (!at) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          drags.current = true;
          setBox({ side: at.side, x0: at.x, y0: at.y, x: at.x, y: at.y });
        }}
        onPointerMove={(event) => {
          const at = cellAt(event, drags.current && box ? box.side : null);
          if (drags.current && box && at) setBox({ ...box, x: at.x, y: at.y });
          else setBox(at ? { side: at.side, x0: at.x, y0: at.y, x: at.x, y: at.y } : null);
        }}
        onPointerUp={() => {
          if (drags.current) apply();
          drags.current = false;
        }}
        onPointerLeave={() => !drags.current && setBox(null)} />
      <span class="tip">{box ? `${readingOf(across, box.x0, box.x)}, ${readingOf(down, box.y0, box.y)}` : say('planes.brush')}</span>
    </div>
  );
}

interface PairRow {
  left: string;
  right: string;
  from: string;
  to: string;
  packets: number;
}
/** A table of more rows than this nobody reads. */
const mostPairs = 5000;

function tableOf(of: Crossings | null) {
  const rows: PairRow[] = [];
  for (const [i, pair] of (of?.pairs ?? []).entries())
    for (const [a, b, packets] of pair.cells) {
      const [left, right] = [of?.axes[i], of?.axes[i + 1]];
      rows.push({ left: say(`axis.${pair.left}`), right: say(`axis.${pair.right}`), packets,
        from: left ? rangeText(left, a, a) : '', to: right ? rangeText(right, b, b) : '' });
    }
  rows.sort((x, y) => y.packets - x.packets);
  return {
    columns: [
      { key: 'left', title: say('axis.left'), value: (each: PairRow) => each.left, width: '120px' },
      { key: 'from', title: say('axis.value'), value: (each: PairRow) => each.from },
      { key: 'right', title: say('axis.right'), value: (each: PairRow) => each.right, width: '120px' },
      { key: 'to', title: say('axis.value'), value: (each: PairRow) => each.to },
      { key: 'packets', title: say('packets'), value: (each: PairRow) => each.packets, cell: (each: PairRow) => whole(each.packets), isNumber: true, width: '100px' },
    ],
    rows: rows.slice(0, mostPairs),
  };
}
