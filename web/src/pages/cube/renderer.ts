// Draws the marks by WebGL 2. A texture has 16 bytes a mark, from which the shader takes its own by the number of the vertex
// (instances would be as short, but a processor that draws takes each of them as a picture of its own: 247 ms of it for
// 5,000 trails at 1440x900, against 103). Three passes: trails, heads, which glow where they arrived, and where they set out.
import { portBend } from '../../parts/scales';
import type { Matrix } from './camera';
import { half, type MarkRing, type Timing } from './marks';

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
    alpha = isStill ? 0.4 : 0.55 * (1.0 - age / life);
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
const linePlace = `#version 300 es
in vec4 point;
uniform mat4 view;
uniform vec3 ink;
out vec4 color;
void main() {
  gl_Position = view * vec4(point.xyz, 1.0);
  color = vec4(ink, 1.0) * point.w;
}`;
const linePaint = `#version 300 es
precision mediump float;
in vec4 color;
out vec4 pixel;
void main() { pixel = color; }`;

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

/** "#5bb8ec" as three parts. */
export function rgbOf(color: string): Rgb {
  const found = /^#?([\da-f]{2})([\da-f]{2})([\da-f]{2})/i.exec(color);
  return found ? ([1, 2, 3].map((i) => Number.parseInt(found[i] ?? '0', 16) / 255) as unknown as Rgb) : [0.5, 0.5, 0.5];
}

let kind: 'none' | 'software' | 'card' | null = null;
/** Whether there is WebGL 2, and whether a processor draws in place of a graphics card. */
export function webGlKind(): 'none' | 'software' | 'card' {
  if (kind !== null) return kind;
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return (kind = 'none');
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return (kind = /swiftshader|llvmpipe|software/i.test(name) ? 'software' : 'card');
}

export class Renderer {
  private readonly marks: WebGLProgram;
  private readonly lines: WebGLProgram;
  private readonly texture: WebGLTexture;
  private readonly lineBuffer: WebGLBuffer;
  private readonly places = new Map<WebGLProgram, Map<string, WebGLUniformLocation | null>>();
  private lineCount = 0;

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
    this.lines = link(gl, linePlace, linePaint);
    this.texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32UI, rowWidth, Math.ceil(most / rowWidth));
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    this.lineBuffer = gl.createBuffer();
    gl.enable(gl.BLEND);
    gl.disable(gl.DEPTH_TEST);
  }

  /** The box: x, y, z and strength of each end of each line. */
  setLines(points: Float32Array) {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.lineBuffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, points, this.gl.STATIC_DRAW);
    this.lineCount = points.length / 4;
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
    this.drawLines(of);
    gl.blendFunc(gl.ONE, of.isDark ? gl.ONE : gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.marks);
    gl.uniform1i(this.at(this.marks, 'marks'), 0);
    const scale = devicePixelRatio || 1;
    gl.uniformMatrix4fv(this.at(this.marks, 'view'), false, of.view);
    gl.uniform1ui(this.at(this.marks, 'now'), Math.floor(of.now) % 2 ** 32);
    gl.uniform2f(this.at(this.marks, 'timing'), of.timing.flight, of.timing.glow);
    gl.uniform1f(this.at(this.marks, 'trail'), of.timing.flight * 0.2);
    gl.uniform1i(this.at(this.marks, 'isStill'), of.isStill ? 1 : 0);
    gl.uniform1i(this.at(this.marks, 'isEven'), of.isEven ? 1 : 0);
    gl.uniform1f(this.at(this.marks, 'strength'), of.isDark ? 0.8 : 1);
    gl.uniform3fv(this.at(this.marks, 'colors'), of.colors.flat());
    const runs = ring.alive(of.now, of.timing.flight + of.timing.glow);
    for (const part of [0, 2, 1]) {
      gl.uniform1i(this.at(this.marks, 'part'), part);
      gl.uniform1f(this.at(this.marks, 'size'), (part === 1 ? 4.4 : 2.6) * scale);
      for (const [from, to] of runs) this.drawRun(part, from, to);
    }
  }

  private drawRun(part: number, from: number, to: number) {
    const { gl } = this;
    if (part === 0) gl.drawArrays(gl.LINES, 2 * from, 2 * (to - from));
    else gl.drawArrays(gl.POINTS, from, to - from);
  }

  private drawLines(of: Scene) {
    const { gl } = this;
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.lines);
    gl.uniformMatrix4fv(this.at(this.lines, 'view'), false, of.view);
    gl.uniform3f(this.at(this.lines, 'ink'), ...of.ink);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.lineBuffer);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 4, gl.FLOAT, false, 16, 0);
    gl.drawArrays(gl.LINES, 0, this.lineCount);
    gl.disableVertexAttribArray(0);
  }

  private at(program: WebGLProgram, name: string): WebGLUniformLocation | null {
    let known = this.places.get(program);
    if (!known) this.places.set(program, (known = new Map()));
    let found = known.get(name);
    if (found === undefined) known.set(name, (found = this.gl.getUniformLocation(program, name)));
    return found;
  }

  /** The context stays with its canvas: another renderer may come. */
  end() {
    for (const each of [this.marks, this.lines]) this.gl.deleteProgram(each);
    this.gl.deleteBuffer(this.lineBuffer);
    this.gl.deleteTexture(this.texture);
  }
}

function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error('no shader');
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.bindAttribLocation(program, 0, 'point');
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? 'the shaders do not fit');
  return program;
}
