// The Cube in three dimensions: WebGL for marks and lines, the page for letters. Drawn when something came or was turned,
// and while packets fly.
import { useEffect, useRef, useState } from 'preact/hooks';
import { classColorAt, tokenColor } from '../../look/palette';
import { moves, theme } from '../../state/settings';
import { portPart } from '../../parts/scales';
import { boxLines, labels } from './box';
import { firstView, isInside, matrixOf, nearer, project, turned, views, type Camera, type Matrix } from './camera';
import type { Stage } from './stage';
import { Renderer, rgbOf } from './renderer';
import { say } from './words';

interface Point {
  x: number;
  y: number;
}
interface ViewOptions {
  stage: Stage;
  isEven: boolean;
  /** The next drag draws around marks. */
  isLasso: boolean;
  /** Marks that were drawn around. */
  onPick: (marks: number[]) => void;
  /** There is no WebGL, or it went. */
  onLost: () => void;
}

const turnPerPixel = 0.006;
const keyTurn = 0.09;

export function View(of: ViewOptions) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const letters = useRef<HTMLDivElement>(null);
  const camera = useRef<Camera>(firstView);
  const matrix = useRef<Matrix>(new Float32Array(16));
  const [lasso, setLasso] = useState<Point[]>([]);
  const last = useRef(of);
  last.current = of;

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const { stage } = of;
    const renderer = Renderer.on(element, stage.player.ring.most);
    if (!renderer) return of.onLost();
    // What the ring has is not in a new buffer.
    stage.player.advance(Number.NEGATIVE_INFINITY);
    let timer = 0;
    let size = { width: 1, height: 1 };
    let shownCamera: Camera | null = null;
    let shownSize = 0;
    renderer.setLines(boxLines(of.isEven));
    const colors = Array.from({ length: 8 }, (_, i) => rgbOf(stage.player.of.colouring.color(i) || classColorAt(7)));
    const [ink, ground] = [rgbOf(tokenColor('--ink-2')), rgbOf(tokenColor('--panel'))];
    const draw = (time: number) => {
      timer = renderer.isIdle() ? 0 : requestAnimationFrame(draw);
      if (timer !== 0) return;
      const now = stage.clock.now();
      stage.player.advance(now);
      renderer.upload(stage.player.ring);
      matrix.current = matrixOf(camera.current, size.width, size.height);
      renderer.draw(stage.player.ring, {
        view: matrix.current, now, timing: stage.player.of.timing, isStill: stage.isStill || !moves(), isEven: of.isEven, colors, ink, ground, isDark: theme.peek() === 'dark',
      });
      if (shownCamera !== camera.current || shownSize !== stage.player.size) {
        shownCamera = camera.current;
        shownSize = stage.player.size;
        placeLetters(letters.current, matrix.current, size, of.isEven, shownSize);
      }
      const isAlive = stage.drawn(time);
      renderer.rate(isAlive ? stage.rate : null);
      if (isAlive && moves()) timer = requestAnimationFrame(draw);
    };
    const request = () => {
      if (timer === 0) timer = requestAnimationFrame(draw);
    };
    stage.request = request;
    const fit = () => {
      const box = element.getBoundingClientRect();
      size = { width: Math.max(1, box.width), height: Math.max(1, box.height) };
      renderer.fit(size.width, size.height);
      shownCamera = null;
      request();
    };
    const watch = new ResizeObserver(fit);
    watch.observe(element);
    const lost = (event: Event) => {
      event.preventDefault();
      last.current.onLost();
    };
    element.addEventListener('webglcontextlost', lost);
    return () => {
      watch.disconnect();
      cancelAnimationFrame(timer);
      element.removeEventListener('webglcontextlost', lost);
      stage.request = () => undefined;
      renderer.end();
    };
  }, [of.stage, of.isEven, theme.value]);

  const turn = (to: Camera) => {
    camera.current = to;
    of.stage.request();
  };
  const press = (event: KeyboardEvent) => {
    const by = event.shiftKey ? 3 * keyTurn : keyTurn;
    const steps: Record<string, () => Camera> = {
      ArrowLeft: () => turned(camera.current, by, 0), ArrowRight: () => turned(camera.current, -by, 0),
      ArrowUp: () => turned(camera.current, 0, by), ArrowDown: () => turned(camera.current, 0, -by),
      PageUp: () => nearer(camera.current, 0.9), PageDown: () => nearer(camera.current, 1 / 0.9), Home: () => firstView,
    };
    const to = steps[event.key]?.() ?? views[event.key];
    if (!to || event.ctrlKey || event.metaKey || event.altKey) return;
    turn(to);
    event.preventDefault();
    event.stopPropagation();
  };
  const begin = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.current?.setPointerCapture(event.pointerId);
    const draws = of.isLasso || event.shiftKey;
    let before = { x: event.offsetX, y: event.offsetY };
    let around: Point[] = draws ? [before] : [];
    const move = (next: PointerEvent) => {
      const at = { x: next.offsetX, y: next.offsetY };
      if (draws) setLasso((around = [...around, at]));
      else turn(turned(camera.current, (before.x - at.x) * -turnPerPixel, (at.y - before.y) * turnPerPixel));
      before = at;
    };
    const end = () => {
      canvas.current?.removeEventListener('pointermove', move);
      canvas.current?.removeEventListener('pointerup', end);
      canvas.current?.removeEventListener('pointercancel', end);
      if (draws && around.length > 2) of.onPick(marksIn(of.stage, matrix.current, around, canvas.current, of.isEven));
      setLasso([]);
    };
    canvas.current?.addEventListener('pointermove', move);
    canvas.current?.addEventListener('pointerup', end);
    canvas.current?.addEventListener('pointercancel', end);
  };
  return (
    <div class="cube-view">
      <canvas ref={canvas} tabIndex={0} role="img" aria-label={say('view.label')} style={{ cursor: of.isLasso ? 'crosshair' : 'grab' }}
        onPointerDown={begin} onKeyDown={press}
        onWheel={(event) => {
          event.preventDefault();
          turn(nearer(camera.current, Math.exp(event.deltaY * 0.0012)));
        }} />
      <div class="cube-letters" ref={letters} aria-hidden="true" />
      {lasso.length > 1 && (
        <svg class="cube-lasso" aria-hidden="true"><polygon points={lasso.map(({ x, y }) => `${x},${y}`).join(' ')} /></svg>
      )}
    </div>
  );
}

/** Marks whose head lies in a polygon of the screen. */
function marksIn(stage: Stage, matrix: Matrix, around: readonly Point[], canvas: HTMLCanvasElement | null, isEven: boolean): number[] {
  const { width = 1, height = 1 } = canvas?.getBoundingClientRect() ?? {};
  const { ring, life, of } = stage.player;
  const now = stage.clock.now();
  const timing = stage.isStill || !moves() ? { flight: 0, glow: of.timing.flight + of.timing.glow } : of.timing;
  const out: number[] = [];
  for (const [from, to] of ring.alive(now, life))
    for (let at = from; at < to; ++at) {
      const place = ring.position(at, now, timing, (port) => portPart(port, isEven));
      if (!place) continue;
      const { x, y } = project(matrix, place, width, height);
      if (isInside(x, y, around)) out.push(at);
    }
  return out;
}

function placeLetters(into: HTMLElement | null, matrix: Matrix, size: { width: number; height: number }, isEven: boolean, addresses: number) {
  if (!into) return;
  const all = labels(isEven, addresses, { source: say('label.source'), destination: say('label.destination'), port: say('label.port') });
  while (into.children.length > all.length) into.lastChild?.remove();
  while (into.children.length < all.length) into.append(document.createElement('span'));
  all.forEach((each, i) => {
    const at = into.children[i] as HTMLElement;
    const { x, y } = project(matrix, each.at, size.width, size.height);
    at.textContent = each.text;
    at.className = `${each.side}${each.isTitle ? ' title' : ''}`;
    at.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  });
}
