// What the pages draw, without a server: marks of the Cube, lines of the strips, and memory while frames come. Driven by
// run.mjs through `window.speed`.
import { h, render } from 'preact';
import { boxLines } from '../src/pages/cube/box';
import { batchOfFrame } from '../src/pages/cube/batch';
import { firstView, matrixOf, turned } from '../src/pages/cube/camera';
import { PictureClock } from '../src/pages/cube/clock';
import { Player } from '../src/pages/cube/player';
import { Renderer, rgbOf, webGlKind } from '../src/pages/cube/renderer';
import { Stage } from '../src/pages/cube/stage';
import { liveTiming } from '../src/pages/cube/timing';
import { classColorAt } from '../src/look/palette';
import { Colouring } from '../src/parts/colouring';
import { TimeSeries } from '../src/parts/time_series';
import '../src/look/tokens.css';
import { FrameReader, thinned, type Frame } from '../src/stream/frames';
import { FrameHistory, mostOfOld } from '../src/stream/ring';
import { bytesOf, chance, frameAt } from './frames';

const frameTime = 250;
const place = document.getElementById('place') as HTMLElement;
const pause = () => new Promise<number>((done) => requestAnimationFrame(done));

interface CubeOptions {
  marks: number;
  width: number;
  height: number;
  milliseconds: number;
}

/** A live Cube with so many marks in flight and glowing, at every turn of the screen. */
async function cube(of: CubeOptions) {
  const canvas = document.createElement('canvas');
  canvas.style.cssText = `width:${of.width}px;height:${of.height}px;display:block`;
  place.replaceChildren(canvas);
  const timing = liveTiming[webGlKind()];
  const perFrame = Math.ceil((of.marks * frameTime) / (timing.flight + timing.glow));
  const player = new Player({ filter: { test: () => true, missing: [] }, colouring: new Colouring('class'), timing, most: of.marks, mostOfBatch: perFrame, span: frameTime });
  const stage = new Stage(player, new PictureClock(() => Date.now()));
  const renderer = Renderer.on(canvas, player.ring.most);
  if (!renderer) return null;
  renderer.setLines(boxLines(false));
  renderer.fit(of.width, of.height);
  const colors = Array.from({ length: 8 }, (_, i) => rgbOf(classColorAt(i)));
  let number = 0;
  let due = Date.now() - timing.flight - timing.glow;
  const feed = () => {
    for (; due <= Date.now(); due += frameTime) player.add(batchOfFrame(frameAt((number += 1), due, perFrame)), due - 60_000);
  };
  let camera = firstView;
  let pictures = 0;
  let alive = 0;
  let spent = 0;
  feed();
  const begun = performance.now();
  while (performance.now() - begun < of.milliseconds) {
    const time = await pause();
    feed();
    if (!renderer.isIdle()) continue;
    camera = turned(camera, 0.002, 0);
    const now = stage.clock.now();
    const before = performance.now();
    player.advance(now);
    renderer.upload(player.ring);
    renderer.draw(player.ring, { view: matrixOf(camera, of.width, of.height), now, timing, isStill: false, isEven: false, colors, ink: [0.6, 0.6, 0.6], ground: [0.07, 0.09, 0.11], isDark: true });
    spent += performance.now() - before;
    stage.drawn(time);
    renderer.rate(stage.rate);
    alive += stage.alive;
    pictures += 1;
  }
  const seconds = (performance.now() - begun) / 1000;
  const out = { kind: webGlKind(), marks: Math.round(alive / pictures), perSecond: pictures / seconds, pictures, script: spent / pictures, pixels: [canvas.width, canvas.height] };
  renderer.end();
  place.replaceChildren();
  return out;
}

/** A line of `points` points that is drawn anew at every turn of the screen, as when each of them may have changed. */
async function strips(of: { points: number; milliseconds: number }) {
  place.style.cssText = 'width:900px;height:180px;display:flex;flex-direction:column';
  const next = chance(3);
  const times = Array.from({ length: of.points }, (_, i) => 1_768_467_600 + i);
  let values = times.map((_, i) => 1000 + 300 * Math.sin(i / 5000) + 200 * next());
  let updates = 0;
  const begun = performance.now();
  while (performance.now() - begun < of.milliseconds) {
    // As the pages do: what is shown is never changed, it is replaced.
    values = values.slice();
    values[Math.floor(next() * of.points)] = 2000 * next();
    render(h(TimeSeries, { times, series: [{ name: 'packets', values, isArea: true }], label: 'packets' }), place);
    await pause();
    updates += 1;
  }
  const seconds = (performance.now() - begun) / 1000;
  render(null, place);
  place.style.cssText = '';
  return { points: of.points, perSecond: updates / seconds, updates };
}

/** What keeps frames, fed with so many more of them by bytes; the picture is drawn for each. */
const kept = { history: new FrameHistory(), number: 0, at: 1_768_467_600_000, player: null as Player | null, renderer: null as Renderer | null };
async function memory(of: { frames: number; marks: number }) {
  const timing = liveTiming[webGlKind()];
  if (!kept.player) {
    const canvas = document.createElement('canvas');
    place.replaceChildren(canvas);
    kept.player = new Player({ filter: { test: () => true, missing: [] }, colouring: new Colouring('class'), timing, most: 5000, mostOfBatch: 250, span: frameTime, keep: (each) => batchOfFrame(thinned(each.frame, mostOfOld)) });
    kept.renderer = Renderer.on(canvas, kept.player.ring.most);
    kept.renderer?.fit(320, 200);
  }
  const { player, renderer } = kept;
  const reader = new FrameReader((each) => {
    if (each.kind !== 'packets') return;
    const frame: Frame = { ...each.frame, arrived: kept.at };
    kept.history.push(frame);
    player.add(batchOfFrame(frame), kept.at - 600_000);
  });
  const colors = Array.from({ length: 8 }, (_, i) => rgbOf(classColorAt(i)));
  for (let i = 0; i < of.frames; ++i) {
    if (i % 20 === 0) await pause();
    reader.read(bytesOf(frameAt((kept.number += 1), kept.at, of.marks)));
    player.advance(kept.at);
    kept.at += frameTime;
    // As the page: no picture before the one before is drawn.
    if (!renderer?.isIdle()) continue;
    renderer.upload(player.ring);
    renderer.draw(player.ring, { view: matrixOf(firstView, 320, 200), now: kept.at, timing, isStill: false, isEven: false, colors, ink: [0.6, 0.6, 0.6], ground: [0.07, 0.09, 0.11], isDark: true });
  }
  return { frames: kept.number, marks: kept.history.marks };
}

declare global {
  interface Window {
    speed: { cube: typeof cube; strips: typeof strips; memory: typeof memory };
  }
}
window.speed = { cube, strips, memory };
