/** Where each point goes: in the cells of two facets, stacked or by its values. Pure. */

import type { Grouping } from "./groups.js";
import { isMissing, rangeOf, type Column } from "./table.js";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Cell extends Box {
  row: number;
  column: number;
  count: number;
}

/** From a column's values to shares of a box's side. */
export interface Axis {
  column: Column;
  grouping: Grouping | null;
  log: boolean;
  low: number;
  high: number;
  /** Whether rows without a value have a strip of their own before the lowest. */
  gap: boolean;
}

export interface Arrangement {
  x: Float32Array;
  y: Float32Array;
  /** Each point's cell. */
  cell: Uint16Array;
  cells: Cell[];
  /** A point's diameter, or how far apart they are where they lie side by side. */
  diameter: number;
  isStacked: boolean;
  across: Axis | null;
  up: Axis | null;
}

export interface Plan {
  width: number;
  height: number;
  rows: number;
  /** Rows in the order in which they are stacked. */
  order: Uint32Array;
  columnsBy: Grouping | null;
  rowsBy: Grouping | null;
  x: Axis | null;
  y: Axis | null;
}

const GAP = 10;
const PAD = 5;
const STRIP = 16;
const LARGEST = 26;

export function axisOf(column: Column, grouping: Grouping | null, log: boolean): Axis {
  let gap = false;
  for (let row = 0; row < column.values.length && !gap; row += 1) {
    gap = isMissing(column, row);
  }
  if (column.texts !== null && grouping !== null) {
    const groups = grouping.groups.filter((each) => each.condition.kind !== "missing").length;
    return { column, grouping, log: false, low: 0, high: Math.max(1, groups), gap };
  }
  const [low, high] = rangeOf(column) ?? [0, 1];
  const bend = low === high ? 0.5 : 0;
  return { column, grouping: null, log: log && column.type !== "TIME", low: low - bend, high: high + bend, gap };
}

/** Equal steps for equal factors, on both sides of zero. */
function bent(value: number): number {
  return Math.sign(value) * Math.log10(1 + Math.abs(value));
}

/** A value's share of the axis, from 0 to 1. */
export function shareOf(axis: Axis, value: number): number {
  const [low, high] = axis.log ? [bent(axis.low), bent(axis.high)] : [axis.low, axis.high];
  const at = axis.log ? bent(value) : value;
  return Math.min(1, Math.max(0, (at - low) / (high - low)));
}

/** The value at a share of the axis. */
export function valueAt(axis: Axis, share: number): number {
  const [low, high] = axis.log ? [bent(axis.low), bent(axis.high)] : [axis.low, axis.high];
  const at = low + share * (high - low);
  return axis.log ? Math.sign(at) * (10 ** Math.abs(at) - 1) : at;
}

/** Where a share of an axis lies on a side of a cell. */
export function placeOf(axis: Axis, share: number, side: number): number {
  const start = PAD + (axis.gap ? STRIP : 0);
  return start + share * (side - start - PAD);
}

export function shareAt(axis: Axis, place: number, side: number): number {
  const start = PAD + (axis.gap ? STRIP : 0);
  return (place - start) / (side - start - PAD);
}

/** The cells of two facets, with how many rows lie in each, and each row's. */
export function divide(plan: Pick<Plan, "width" | "height" | "rows" | "rowsBy" | "columnsBy">): Pick<Arrangement, "cell" | "cells"> {
  const { rows, rowsBy, columnsBy, width, height } = plan;
  const down = Math.max(1, rowsBy?.groups.length ?? 1);
  const wide = Math.max(1, columnsBy?.groups.length ?? 1);
  const side = { width: (width - GAP * (wide - 1)) / wide, height: (height - GAP * (down - 1)) / down };
  const cells: Cell[] = Array.from({ length: down * wide }, (_, place) => {
    const [row, column] = [Math.floor(place / wide), place % wide];
    return { row, column, x: column * (side.width + GAP), y: row * (side.height + GAP), ...side, count: 0 };
  });
  const cell = new Uint16Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const place = (rowsBy?.codes[row] ?? 0) * wide + (columnsBy?.codes[row] ?? 0);
    cell[row] = place;
    const found = cells[place];
    if (found) {
      found.count += 1;
    }
  }
  return { cell, cells };
}

export function arrange(plan: Plan): Arrangement {
  const { rows } = plan;
  const { cell, cells } = divide(plan);
  const made = { x: new Float32Array(rows), y: new Float32Array(rows), cell, cells, across: plan.x, up: plan.y };
  if (plan.x !== null && plan.y !== null) {
    scatter(made, plan.x, plan.y);
    return { ...made, diameter: scatterDiameter(rows), isStacked: false };
  }
  const axis = plan.x ?? plan.y;
  const diameter = axis === null ? stack(made, plan.order) : pile(made, plan.order, axis, plan.x !== null);
  return { ...made, diameter, isStacked: true };
}

type Made = Pick<Arrangement, "x" | "y" | "cell" | "cells">;

export function scatterDiameter(rows: number): number {
  return Math.min(9, Math.max(2.2, 8.5 * (100 / Math.max(1, rows)) ** 0.19));
}

/** A spread that is the same each time, so that points of one category do not cover each other. */
function jitter(row: number, salt: number): number {
  let hash = (Math.imul(row + 1, 0x9e3779b1) ^ salt) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32 - 0.5;
}

function along(axis: Axis, side: number, row: number, salt: number): number {
  const { column, grouping } = axis;
  if (isMissing(column, row)) {
    return PAD + STRIP / 2 + jitter(row, salt) * (STRIP - 6);
  }
  const value = grouping === null ? (column.values[row] ?? 0) : (grouping.codes[row] ?? 0) + 0.5 + jitter(row, salt) * 0.66;
  return placeOf(axis, shareOf(axis, value), side);
}

function scatter({ x, y, cell, cells }: Made, across: Axis, up: Axis): void {
  for (let row = 0; row < x.length; row += 1) {
    const box = cells[cell[row] ?? 0];
    if (box) {
      x[row] = box.x + along(across, box.width, row, 0x51ed);
      y[row] = box.y + box.height - along(up, box.height, row, 0x2c1b);
    }
  }
}

/** Side by side from the floor up, all points of one size, so that heights tell counts. */
function stack({ x, y, cell, cells }: Made, order: Uint32Array): number {
  const most = cells.reduce((high, each) => Math.max(high, each.count), 1);
  const width = (cells[0]?.width ?? 1) - 2 * PAD;
  const height = (cells[0]?.height ?? 1) - 2 * PAD;
  let step = Math.min(LARGEST, Math.sqrt((width * height) / most));
  while (Math.floor(width / step) * Math.floor(height / step) < most) {
    step *= 0.985;
  }
  const across = Math.max(1, Math.floor(width / step));
  const filled = new Uint32Array(cells.length);
  for (const row of order) {
    const place = cell[row] ?? 0;
    const box = cells[place];
    const at = filled[place] ?? 0;
    filled[place] = at + 1;
    if (box) {
      x[row] = box.x + PAD + (at % across + 0.5) * step;
      y[row] = box.y + box.height - PAD - (Math.floor(at / across) + 0.5) * step;
    }
  }
  return step;
}

/** A pile of points on each place of one axis: a histogram whose bars are the points. */
function pile({ x, y, cell, cells }: Made, order: Uint32Array, axis: Axis, isAcross: boolean): number {
  const box = cells[0] ?? { width: 1, height: 1 };
  const [long, tall] = isAcross ? [box.width, box.height] : [box.height, box.width];
  const busiest = cells.reduce((high, each) => Math.max(high, each.count), 1);
  const step = Math.min(LARGEST / 2, Math.max(2, Math.sqrt((long * tall) / busiest / 2)));
  const places = Math.max(1, Math.floor(long / step));
  const bin = new Uint16Array(x.length);
  const filled = new Uint32Array(cells.length * (places + 1));
  for (let row = 0; row < x.length; row += 1) {
    bin[row] = Math.min(places, Math.max(0, Math.floor(along(axis, long, row, 0) / step)));
    const at = (cell[row] ?? 0) * (places + 1) + (bin[row] ?? 0);
    filled[at] = (filled[at] ?? 0) + 1;
  }
  const most = filled.reduce((high, each) => Math.max(high, each), 1);
  const rise = Math.min(step, (tall - 2 * PAD) / most);
  filled.fill(0);
  for (const row of order) {
    const own = cells[cell[row] ?? 0];
    const at = (cell[row] ?? 0) * (places + 1) + (bin[row] ?? 0);
    const height = ((filled[at] ?? 0) + 0.5) * rise;
    filled[at] = (filled[at] ?? 0) + 1;
    const length = ((bin[row] ?? 0) + 0.5) * step;
    if (own) {
      x[row] = isAcross ? own.x + length : own.x + PAD + height;
      y[row] = isAcross ? own.y + own.height - PAD - height : own.y + own.height - length;
    }
  }
  return step;
}
