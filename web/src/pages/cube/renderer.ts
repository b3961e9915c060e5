// Draws the marks by WebGL 2. A texture has 16 bytes a mark, from which the shader takes its own by the number of the vertex
// (instances would be as short, but a processor that draws takes each of them as a picture of its own: 247 ms of it for
// 5,000 trails at 1440x900, against 103). Three passes: trails, heads, which glow where they arrived, and where they set out.
import { portBend } from '../../parts/scales';
import type { Matrix } from './camera';
import { BoxLines, link } from './lines';
import { half, type MarkRing, type Timing } from './marks';
import { DrawQueue } from './draw_queue';
import type { DrawnBy } from './timing';

/** Marks of a row of the texture; a power of two. */
const rowWidth = 1024;
const place = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
uniform usampler2D marks;
uniform mat4 view;
uniform uint now;
uniform vec2 timing;      // flight, glow: milliseconds
uniform float trail;      // milliseconds
uniform float size;
uniform int part;         // 0 trails, 1 heads, 2 where they set out
uniform bool isStill, isEven;
uniform float strength;
uniform vec3 colors[8];
out vec4 color;
float portPart(float port) {
  return isEven ? port / 65535.0 : log(1.0 + port / ${portBend}.0) / log(1.0 + 65535.0 / ${portBend}.0);
}
vec3 at(float x, uint word) {
  return vec3(x, (float(word & 0xffffu) / 65535.0 - 0.5) * 2.0 * ${half.y}, (0.5 - portPart(float(word >> 16))) * 2.0 * ${half.z});
}
void main() {
  int id = part == 0 ? gl_VertexID >> 1 : gl_VertexID;
  uvec4 mark = texelFetch(marks, ivec2(id & ${rowWidth - 1}, id / ${rowWidth}), 0);
  float age = float(int(now - mark.z));
  float life = timing.x + timing.y;
  gl_PointSize = size;
  color = vec4(0.0);
  gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  if (age < 0.0 || age > life) return;
  vec3 from = at(-${half.x}, mark.x);
  vec3 to = at(${half.x}, mark.y);
  float landed = clamp((age - timing.x) / max(1.0, timing.y), 0.0, 1.0);
  float t = isStill ? 1.0 : clamp(age / timing.x, 0.0, 1.0);
  float alpha = t < 1.0 ? 0.95 : isStill ? 0.6 : 0.85 * (1.0 - landed);
  if (part == 0) {
    bool isTail = (gl_VertexID & 1) == 1;
    if (isStill) {
      t = isTail ? 0.0 : 1.0;
      alpha = 0.035;
    } else {
      if (age > timing.x + trail) return;
      if (isTail) t = clamp((age - trail) / timing.x, 0.0, 1.0);
      alpha = isTail ? 0.0 : 0.65;
    }
  } else if (part == 2) {
    t = 0.0;
    if (!isStill && age > timing.x) return;
    alpha = isStill ? 0.4 : 0.55 * (1.0 - age / timing.x);
  }
  gl_Position = view * vec4(mix(from, to, t), 1.0);
  color = vec4(colors[min(mark.w & 255u, 7u)], alpha * strength);
}`;
const paint = `#version 300 es
precision mediump float;
precision highp int;
in vec4 color;
uniform int part;
out vec4 pixel;
void main() {
  float edge = part == 0 ? 1.0 : 1.0 - smoothstep(0.28, 0.5, distance(gl_PointCoord, vec2(0.5)));
  pixel = vec4(color.rgb, 1.0) * color.a * edge;
}`;
export type Rgb = readonly [number, number, number];

export interface Scene {
  view: Matrix;
  /** Milliseconds of the player's clock. */
  now: number;
  timing: Timing;
  isStill: boolean;
  isEven: boolean;
  colors: readonly Rgb[];
  ink: Rgb;
  ground: Rgb;
  /** Colours add up on a dark ground. */
  isDark: boolean;
}

/** "#5bb8ec", or "#fff" as the build shortens it, as three parts. */
export function rgbOf(color: string): Rgb {
  const digits = /^#?(?:([\da-f]{3})|([\da-f]{6}))$/i.exec(color);
  const found = digits?.[2]?.match(/../g) ?? digits?.[1]?.match(/./g)?.map((each) => each + each);
  const [red = 0.5, green = 0.5, blue = 0.5] = (found ?? []).map((each) => Number.parseInt(each, 16) / 255);
  return [red, green, blue];
}

let kind: DrawnBy | null = null;
/** Whether there is WebGL 2, and whether a processor draws in place of a graphics card. */
export function webGlKind(): DrawnBy {
  if (kind !== null) return kind;
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return (kind = 'none');
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return (kind = /swiftshader|llvmpipe|software/i.test(name) ? 'software' : 'card');
}

/** Pictures a second that a processor should reach, by drawing fewer pixels if need be: parts of those of the page. */
const leastRate = 30;
const fineness = [1, 0.75, 0.5];
/** Pictures between two steps: the rate has to settle. */
const patience = 45;

export class Renderer {
  private readonly marks: WebGLProgram;
  private readonly lines: BoxLines;
  private readonly texture: WebGLTexture;
  private size = { width: 1, height: 1 };
  private scale = 1;
  private step = 0;
  private since = 0;
  private readonly queue: DrawQueue;
  private readonly places = new Map<string, WebGLUniformLocation | null>();

  /** Null: there is no WebGL 2 here. */
  static on(canvas: HTMLCanvasElement, most: number): Renderer | null {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: webGlKind() === 'card', depth: false });
    try {
      return gl && new Renderer(gl, most);
    } catch (wrong) {
      // A driver that refuses the shaders: the twin serves.
      console.warn(String(wrong));
      return null;
    }
  }

  private constructor(private readonly gl: WebGL2RenderingContext, most: number) {
    this.marks = link(gl, place, paint);
    this.lines = new BoxLines(gl);
    this.queue = new DrawQueue(gl);
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32UI, rowWidth, Math.ceil(most / rowWidth));
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.enable(gl.BLEND);
    gl.disable(gl.DEPTH_TEST);
  }

  setLines(points: Float32Array) {
    this.lines.set(points);
  }
  /** A processor draws no finer than the page. */
  fit(width: number, height: number) {
    this.size = { width, height };
    this.scale = webGlKind() === 'card' ? devicePixelRatio || 1 : (fineness[this.step] ?? 1);
    [this.gl.canvas.width, this.gl.canvas.height] = [Math.round(width * this.scale), Math.round(height * this.scale)];
  }

  /** How many pictures a second there are; a processor that is too slow draws less finely. Null: nothing moved. */
  rate(perSecond: number | null) {
    this.since += 1;
    if (webGlKind() === 'card' || perSecond === null || perSecond >= leastRate || this.since < patience || this.step + 1 >= fineness.length) return;
    this.since = 0;
    this.step += 1;
    this.fit(this.size.width, this.size.height);
  }

  /** Whether the picture before is drawn: only then may another be. */
  isIdle(): boolean {
    return this.queue.isIdle();
  }

  /** Only what is new, row by row of the texture. */
  upload(ring: MarkRing) {
    const { gl } = this;
    for (const [from, to] of ring.takeDirty())
      for (let at = from; at < to; ) {
        const x = at % rowWidth;
        const count = Math.min(rowWidth - x, to - at);
        gl.texSubImage2D(gl.TEXTURE_2D, 0, x, Math.floor(at / rowWidth), count, 1, gl.RGBA_INTEGER, gl.UNSIGNED_INT, ring.words, 4 * at);
        at += count;
      }
  }

  draw(ring: MarkRing, of: Scene) {
    const { gl } = this;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(...of.ground, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.lines.draw(of);
    gl.blendFunc(gl.ONE, of.isDark ? gl.ONE : gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.marks);
    gl.uniform1i(this.at('marks'), 0);
    gl.uniformMatrix4fv(this.at('view'), false, of.view);
    gl.uniform1ui(this.at('now'), Math.floor(of.now) % 2 ** 32);
    gl.uniform2f(this.at('timing'), of.timing.flight, of.timing.glow);
    gl.uniform1f(this.at('trail'), of.timing.flight * 0.2);
    gl.uniform1i(this.at('isStill'), of.isStill ? 1 : 0);
    gl.uniform1i(this.at('isEven'), of.isEven ? 1 : 0);
    gl.uniform1f(this.at('strength'), of.isDark ? 0.8 : 1);
    gl.uniform3fv(this.at('colors'), of.colors.flat());
    const { flight, glow } = of.timing;
    // Only what can be seen: most marks have landed, and have no trail and no begin any more.
    const lives = of.isStill ? [flight + glow, flight + glow, flight + glow] : [flight * 1.2, flight + glow, flight];
    for (const part of [0, 2, 1]) {
      const runs = ring.alive(of.now, lives[part] ?? 0);
      gl.uniform1i(this.at('part'), part);
      gl.uniform1f(this.at('size'), (part === 1 ? 4.4 : 2.6) * Math.max(0.75, this.scale));
      for (const [from, to] of runs) this.drawRun(part, from, to);
    }
    this.queue.mark();
  }

  private drawRun(part: number, from: number, to: number) {
    const { gl } = this;
    if (part === 0) gl.drawArrays(gl.LINES, 2 * from, 2 * (to - from));
    else gl.drawArrays(gl.POINTS, from, to - from);
  }

  private at(name: string): WebGLUniformLocation | null {
    let found = this.places.get(name);
    if (found === undefined) this.places.set(name, (found = this.gl.getUniformLocation(this.marks, name)));
    return found;
  }

  /** The context stays with its canvas: another renderer may come. */
  end() {
    this.gl.deleteProgram(this.marks);
    this.gl.deleteTexture(this.texture);
    this.lines.end();
  }
}
