// The lines of the box by WebGL, and how a program for it is made of two shaders.
import type { Scene } from './renderer';

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

export class BoxLines {
  private readonly program: WebGLProgram;
  private readonly buffer: WebGLBuffer;
  private readonly view: WebGLUniformLocation | null;
  private readonly ink: WebGLUniformLocation | null;
  private count = 0;
  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = link(gl, linePlace, linePaint);
    this.buffer = gl.createBuffer();
    this.view = gl.getUniformLocation(this.program, 'view');
    this.ink = gl.getUniformLocation(this.program, 'ink');
  }
  /** x, y, z and strength of each end of each line. */
  set(points: Float32Array) {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffer);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, points, this.gl.STATIC_DRAW);
    this.count = points.length / 4;
  }
  draw(of: Scene) {
    const { gl } = this;
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.program);
    gl.uniformMatrix4fv(this.view, false, of.view);
    gl.uniform3f(this.ink, ...of.ink);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 4, gl.FLOAT, false, 16, 0);
    gl.drawArrays(gl.LINES, 0, this.count);
    gl.disableVertexAttribArray(0);
  }
  end() {
    this.gl.deleteProgram(this.program);
    this.gl.deleteBuffer(this.buffer);
  }
}

export function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
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
