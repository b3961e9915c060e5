// From the box to the screen. Pure. Matrices are of 16 numbers, column by column, as WebGL has them.
export type Matrix = Float32Array;

export interface Camera {
  /** Radians around the upright axis, and up. */
  yaw: number;
  pitch: number;
  /** From the middle of the box. */
  distance: number;
}

export const views: Readonly<Record<string, Camera>> = {
  '1': { yaw: -0.72, pitch: 0.27, distance: 4.7 },
  '2': { yaw: Math.PI / 2, pitch: 0, distance: 4.2 },
  '3': { yaw: -Math.PI / 2, pitch: 0, distance: 4.2 },
  '4': { yaw: 0, pitch: Math.PI / 2, distance: 4.2 },
};
export const firstView = views['1'] as Camera;

export function turned(of: Camera, yaw: number, pitch: number): Camera {
  return { ...of, yaw: of.yaw + yaw, pitch: Math.max(-Math.PI / 2, Math.min(Math.PI / 2, of.pitch + pitch)) };
}
export const nearer = (of: Camera, factor: number): Camera => ({ ...of, distance: Math.max(1.8, Math.min(12, of.distance * factor)) });

/** Tangent of half the angle of view. */
const opening = Math.tan((17.5 * Math.PI) / 180);

/** The near side is the larger one and reaches further down: the middle is drawn higher by this part of half the height. */
const lift = 0.1;

/** Projection times view. A narrow window sees as much of the box as a square one. */
export function matrixOf(of: Camera, width: number, height: number): Matrix {
  const aspect = width / Math.max(1, height);
  const narrow = Math.max(1, 1.75 / aspect);
  const [sy, cy, sp, cp] = [Math.sin(of.yaw), Math.cos(of.yaw), Math.sin(of.pitch), Math.cos(of.pitch)];
  // Rows of the rotation: first around y, then around x.
  const right = [cy, 0, sy];
  const up = [sp * sy, cp, -sp * cy];
  const back = [-cp * sy, sp, cp * cy];
  const [near, far] = [0.1, 60];
  const scale = 1 / (opening * narrow);
  const a = (far + near) / (near - far);
  const b = (2 * far * near) / (near - far);
  const d = of.distance;
  const out = new Float32Array(16);
  for (let i = 0; i < 3; ++i) {
    out[4 * i] = ((right[i] ?? 0) * scale) / aspect;
    out[4 * i + 1] = (up[i] ?? 0) * scale;
    out[4 * i + 2] = (back[i] ?? 0) * a;
    out[4 * i + 3] = -(back[i] ?? 0);
  }
  out[14] = -d * a + b;
  out[15] = d;
  for (let i = 0; i < 4; ++i) out[4 * i + 1] = (out[4 * i + 1] ?? 0) + lift * (out[4 * i + 3] ?? 0);
  return out;
}

/** Pixels of a point of the box. */
export function project(of: Matrix, [x, y, z]: readonly [number, number, number], width: number, height: number): { x: number; y: number } {
  const row = (i: number) => (of[i] ?? 0) * x + (of[4 + i] ?? 0) * y + (of[8 + i] ?? 0) * z + (of[12 + i] ?? 0);
  const w = row(3) || 1e-6;
  return { x: ((row(0) / w + 1) / 2) * width, y: ((1 - row(1) / w) / 2) * height };
}

/** Whether a point lies in a polygon (even-odd rule). */
export function isInside(x: number, y: number, polygon: readonly { x: number; y: number }[]): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [a, b] = [polygon[i], polygon[j]];
    if (!a || !b || a.y > y === b.y > y) continue;
    if (x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}
