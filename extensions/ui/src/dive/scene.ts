/** A drawn arrangement: its camera, its movement, and what lies under a place of the screen. */

import type { Arrangement, Cell } from "./arrange.js";
import { pixelOf, type Palette } from "./colours.js";
import { drawFrame, type Lettering } from "./lettering.js";
import { Raster, SQUARE, type Camera, type Points } from "./raster.js";

export interface Margins {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const LAST = 720;
const SOFT = 20_000;

export class Scene {
  readonly margins: Margins = { left: 8, top: 8, right: 8, bottom: 8 };
  lettering: Lettering | null = null;
  /** The point under the pointer, the one that is read, and the cell that has the keyboard. */
  hovered: number | null = null;
  chosen: number | null = null;
  focused: number | null = null;
  /** The rectangle that is being drawn, in CSS pixels of the canvas. */
  band: { x: number; y: number; width: number; height: number } | null = null;
  camera: Camera = { scale: 1, x: 0, y: 0 };

  private readonly context: CanvasRenderingContext2D | null;
  private readonly raster = new Raster();
  private readonly points: Points = { x: new Float32Array(0), y: new Float32Array(0), fromX: new Float32Array(0), fromY: new Float32Array(0), way: 1, pixels: new Uint32Array(0), mask: null };
  private arrangement: Arrangement | null = null;
  private palette: Palette | null = null;
  private width = 1;
  private height = 1;
  private asked = 0;
  private started = 0;
  private from: Camera | null = null;
  private to: Camera | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d", { alpha: false });
  }

  get ratio(): number {
    return Math.min(2, globalThis.devicePixelRatio || 1);
  }

  get inner(): { width: number; height: number } {
    const { left, top, right, bottom } = this.margins;
    return { width: Math.max(40, this.width - left - right), height: Math.max(40, this.height - top - bottom) };
  }

  get hasUp(): boolean {
    return (this.arrangement?.up ?? null) !== null;
  }

  get cells(): readonly Cell[] {
    return this.arrangement?.cells ?? [];
  }

  resize(width: number, height: number): void {
    if (width !== this.width || height !== this.height || this.canvas.width !== Math.round(width * this.ratio)) {
      [this.width, this.height] = [width, height];
      this.canvas.width = Math.round(width * this.ratio);
      this.canvas.height = Math.round(height * this.ratio);
    }
  }

  /** Put the points elsewhere; they travel there from where they are, unless `jump`. */
  place(arrangement: Arrangement, jump: boolean): void {
    const now = this.points;
    if (now.x.length === arrangement.x.length && !jump) {
      const way = now.way;
      now.fromX = now.x.map((each, row) => (now.fromX[row] ?? each) + (each - (now.fromX[row] ?? each)) * way);
      now.fromY = now.y.map((each, row) => (now.fromY[row] ?? each) + (each - (now.fromY[row] ?? each)) * way);
      this.start();
      this.from = this.camera;
    } else {
      now.fromX = arrangement.x;
      now.fromY = arrangement.y;
      this.started = 0;
      this.camera = { scale: 1, x: 0, y: 0 };
    }
    this.to = { scale: 1, x: 0, y: 0 };
    this.arrangement = arrangement;
    now.x = arrangement.x;
    now.y = arrangement.y;
    this.ask();
  }

  paint(palette: Palette, pixels: Uint32Array, mask: Uint8Array | null): void {
    this.palette = palette;
    this.points.pixels = pixels;
    this.points.mask = mask;
    this.ask();
  }

  /** Look at all of the plan again. */
  fit(jump: boolean): void {
    this.look({ scale: 1, x: 0, y: 0 }, jump);
  }

  /** Bring a cell into full sight. */
  frame(cell: Cell, jump: boolean): void {
    const { width, height } = this.inner;
    const scale = Math.min(40, width / cell.width, height / cell.height);
    this.look({ scale, x: width / 2 - scale * (cell.x + cell.width / 2), y: height / 2 - scale * (cell.y + cell.height / 2) }, jump);
  }

  zoom(factor: number, x: number, y: number): void {
    const { left, top } = this.margins;
    const scale = Math.min(60, Math.max(1, this.camera.scale * factor));
    const grown = scale / this.camera.scale;
    this.settle({ scale, x: x - left - (x - left - this.camera.x) * grown, y: y - top - (y - top - this.camera.y) * grown });
  }

  pan(x: number, y: number): void {
    this.settle({ ...this.camera, x: this.camera.x + x, y: this.camera.y + y });
  }

  /** The row whose point is nearest to a place, within `reach` pixels; the one drawn last wins. */
  rowAt(x: number, y: number, reach = 5): number | null {
    const { left, top } = this.margins;
    const { scale, x: cx, y: cy } = this.camera;
    const [wx, wy] = [(x - left - cx) / scale, (y - top - cy) / scale];
    const { x: xs, y: ys, mask } = this.points;
    let best = (Math.max(reach, this.diameter / 2 + 1) / scale) ** 2;
    let found: number | null = null;
    for (let row = 0; row < xs.length; row += 1) {
      const far = ((xs[row] as number) - wx) ** 2 + ((ys[row] as number) - wy) ** 2;
      if (far <= best && (mask === null || mask[row] === 1)) {
        best = far;
        found = row;
      }
    }
    return found;
  }

  cellAt(x: number, y: number): Cell | null {
    const [px, py] = this.plan(x, y);
    return this.cells.find((each) => px >= each.x && px < each.x + each.width && py >= each.y && py < each.y + each.height) ?? null;
  }

  /** From a place on the screen to one on the plan. */
  plan(x: number, y: number): [number, number] {
    const { scale, x: cx, y: cy } = this.camera;
    return [(x - this.margins.left - cx) / scale, (y - this.margins.top - cy) / scale];
  }

  screen(row: number): [number, number] {
    const { scale, x, y } = this.camera;
    return [(this.points.x[row] ?? 0) * scale + x + this.margins.left, (this.points.y[row] ?? 0) * scale + y + this.margins.top];
  }

  /** The next point of the same cell in a direction: the nearest, with those aside counted as farther. */
  neighbour(row: number, dx: number, dy: number): number | null {
    const { cell } = this.arrangement ?? { cell: new Uint16Array(0) };
    const { x, y, mask } = this.points;
    const [px, py] = [x[row] ?? 0, y[row] ?? 0];
    let [best, found]: [number, number | null] = [Infinity, null];
    for (let other = 0; other < x.length; other += 1) {
      if (cell[other] !== cell[row] || other === row || (mask !== null && mask[other] !== 1)) {
        continue;
      }
      const ahead = ((x[other] ?? 0) - px) * dx + ((y[other] ?? 0) - py) * dy;
      const aside = Math.abs(((x[other] ?? 0) - px) * dy) + Math.abs(((y[other] ?? 0) - py) * dx);
      if (ahead > 1e-3 && ahead + 2 * aside < best) {
        [best, found] = [ahead + 2 * aside, other];
      }
    }
    return found;
  }

  firstOf(cell: number): number | null {
    const { cell: cells } = this.arrangement ?? { cell: new Uint16Array(0) };
    const { mask } = this.points;
    const found = cells.findIndex((each, row) => each === cell && (mask === null || mask[row] === 1));
    return found < 0 ? null : found;
  }

  get diameter(): number {
    const base = this.arrangement?.diameter ?? 1;
    if (this.arrangement?.isStacked !== true) {
      return Math.min(22, base * this.camera.scale ** 0.45);
    }
    const step = base * this.camera.scale;
    return step < SQUARE ? Math.ceil(step) : step * 0.88; // too small for a gap, they touch
  }

  ask(): void {
    if (this.asked === 0) {
      this.asked = requestAnimationFrame((now) => {
        this.asked = 0;
        this.draw(now);
      });
    }
  }

  stop(): void {
    cancelAnimationFrame(this.asked);
    this.asked = 0;
  }

  private look(to: Camera, jump: boolean): void {
    if (jump) {
      this.camera = to;
      this.to = null;
      this.ask();
      return;
    }
    this.from = this.camera;
    this.to = to;
    this.points.fromX = this.points.x;
    this.points.fromY = this.points.y;
    this.start();
  }

  private start(): void {
    this.points.way = 0;
    this.started = -1;
    this.ask();
  }

  private settle(camera: Camera): void {
    const { width, height } = this.inner;
    this.to = null;
    this.camera = {
      scale: camera.scale,
      x: Math.min(width * 0.5, Math.max(width * (0.5 - camera.scale), camera.x)),
      y: Math.min(height * 0.5, Math.max(height * (0.5 - camera.scale), camera.y)),
    };
    if (camera.scale <= 1.001) {
      this.camera = { scale: 1, x: 0, y: 0 };
    }
    this.ask();
  }

  private draw(now: number): void {
    const { context, palette, arrangement, points, margins } = this;
    if (!context || !palette || !arrangement || points.pixels.length !== points.x.length) {
      return;
    }
    this.advance(now);
    const { ratio } = this;
    const { width, height } = this.inner;
    const opacity = arrangement.isStacked ? 1 : points.x.length > SOFT ? 0.62 : 0.85;
    const image = this.raster.draw(context, Math.round(width * ratio), Math.round(height * ratio), ratio, this.camera, pixelOf(palette.ground), this.diameter, arrangement.isStacked, opacity, points);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = palette.ground;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.putImageData(image, Math.round(margins.left * ratio), Math.round(margins.top * ratio));
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawFrame(context, this, arrangement, palette, this.height, points.way < 1);
    if (points.way < 1) {
      this.ask();
    }
  }

  /** Move on by the time that has passed; slow at both ends. */
  private advance(now: number): void {
    if (this.started === 0) {
      this.points.way = 1;
      return;
    }
    if (this.started < 0) {
      this.started = now;
    }
    const linear = Math.min(1, (now - this.started) / LAST);
    const way = linear < 0.5 ? 4 * linear ** 3 : 1 - (2 - 2 * linear) ** 3 / 2;
    this.points.way = way;
    if (this.from && this.to) {
      const { from, to } = this;
      this.camera = { scale: from.scale + (to.scale - from.scale) * way, x: from.x + (to.x - from.x) * way, y: from.y + (to.y - from.y) * way };
    }
    if (linear >= 1) {
      this.started = 0;
      this.from = null;
      this.to = null;
    }
  }
}
