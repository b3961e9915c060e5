// The heat of many tiles on one canvas that is not shown: a tile is then drawn by copying its part of it.
import { ramp } from '../../look/palette';
import type { Band, Tile } from './behaviours';

export interface Sheet {
  picture: HTMLCanvasElement;
  columns: number;
  rows: number;
  perRow: number;
}

/** Browsers draw canvases of this width everywhere. */
const mostWidth = 4096;

/** Colours of cells as the bytes of a picture, the brightest for the largest; nothing is transparent. */
function colours(most: number): Uint32Array {
  const out = new Uint32Array(256);
  for (let i = 1; i < 256; ++i) {
    const [r, g, b] = ramp(0.2 + (0.8 * i) / most);
    out[i] = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  }
  return out;
}

export function sheetOf(tiles: readonly Tile[], columns: number, rows: number, most: number): Sheet {
  const perRow = Math.max(1, Math.floor(mostWidth / Math.max(1, columns)));
  const picture = document.createElement('canvas');
  picture.width = Math.max(1, Math.min(perRow, tiles.length) * columns);
  picture.height = Math.max(1, Math.ceil(tiles.length / perRow) * rows);
  const on = picture.getContext('2d');
  if (on && tiles.length > 0) {
    const image = on.createImageData(picture.width, picture.height);
    const pixels = new Uint32Array(image.data.buffer);
    const colour = colours(most);
    tiles.forEach(({ cells }, i) => {
      const left = (i % perRow) * columns;
      const top = Math.floor(i / perRow) * rows;
      for (let y = 0; y < rows; ++y)
        for (let x = 0; x < columns; ++x) pixels[(top + y) * picture.width + left + x] = colour[cells[y * columns + x] ?? 0] ?? 0;
    });
    on.putImageData(image, 0, 0);
  }
  return { picture, columns, rows, perRow };
}

export function drawTile(on: CanvasRenderingContext2D, of: Sheet, tile: number, x: number, y: number, width: number, height: number) {
  const left = (tile % of.perRow) * of.columns;
  const top = Math.floor(tile / of.perRow) * of.rows;
  on.imageSmoothingEnabled = false;
  on.drawImage(of.picture, left, top, of.columns, of.rows, x, y, width, height);
}

/** Bands that get a label: single ports before ranges, none nearer to another than `least` pixels; a band has `each`. */
export function labelled(bands: readonly Band[], each: number, least: number): ReadonlySet<number> {
  const isSingle = (i: number) => bands[i]?.low === bands[i]?.high;
  const order = [...bands.keys()].sort((a, b) => Number(isSingle(b)) - Number(isSingle(a)) || a - b);
  const out = new Set<number>();
  for (const i of order) if ([...out].every((other) => Math.abs(other - i) * each >= least)) out.add(i);
  return out;
}
