/** What is written and ruled around the points: the cells, their names, the axes, labels. */

import { decimals, ticks } from "../curves/scale.js";
import type { Language } from "../text.js";
import { placeOf, shareAt, shareOf, valueAt, type Arrangement, type Axis, type Cell } from "./arrange.js";
import type { Palette } from "./colours.js";
import { edgeText, timeTicks, type Group } from "./groups.js";
import type { Scene } from "./scene.js";

export interface Lettering extends Language {
  columns: readonly Group[] | null;
  rows: readonly Group[] | null;
  /** Which groups are picked. */
  isPicked: (side: "rows" | "columns", place: number) => boolean;
  /** What stands beside a point, when there is room. */
  label: ((row: number) => string) | null;
}

const SMALL = "11px";
const LABELS = 90;

export function drawFrame(context: CanvasRenderingContext2D, scene: Scene, arrangement: Arrangement, palette: Palette, height: number, isMoving: boolean): void {
  const { margins, inner, lettering } = scene;
  context.font = `${SMALL} ${palette.font}`;
  context.textBaseline = "middle";
  context.save();
  context.beginPath();
  context.rect(margins.left - 1, margins.top - 1, inner.width + 2, inner.height + 2);
  context.clip();
  cellLines(context, scene, palette);
  if (!isMoving && lettering?.label) {
    pointLabels(context, scene, arrangement, palette, lettering.label);
  }
  rings(context, scene, palette);
  context.restore();
  if (lettering === null) {
    return;
  }
  names(context, scene, palette, lettering);
  axes(context, scene, arrangement, palette, lettering, height);
}

interface Seen {
  x: number;
  y: number;
  width: number;
  height: number;
}

function seen(scene: Scene, cell: Cell): Seen {
  const { camera, margins } = scene;
  return { x: margins.left + camera.x + cell.x * camera.scale, y: margins.top + camera.y + cell.y * camera.scale, width: cell.width * camera.scale, height: cell.height * camera.scale };
}

function cellLines(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  context.lineWidth = 1;
  for (const [place, cell] of scene.cells.entries()) {
    const at = seen(scene, cell);
    context.strokeStyle = palette.line;
    context.strokeRect(Math.round(at.x) + 0.5, Math.round(at.y) + 0.5, Math.round(at.width) - 1, Math.round(at.height) - 1);
    if (scene.focused === place) {
      context.lineWidth = 2;
      context.strokeStyle = palette.brand;
      context.strokeRect(at.x + 1, at.y + 1, at.width - 2, at.height - 2);
      context.lineWidth = 1;
    }
  }
}

function rings(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  for (const [row, width] of [[scene.hovered, 1.5], [scene.chosen, 2.5]] as const) {
    if (row !== null) {
      const [x, y] = scene.screen(row);
      context.beginPath();
      context.arc(x, y, Math.max(5, scene.diameter / 2 + 2), 0, 2 * Math.PI);
      context.lineWidth = width + 2;
      context.strokeStyle = palette.ground;
      context.stroke();
      context.lineWidth = width;
      context.strokeStyle = palette.ink;
      context.stroke();
    }
  }
  if (scene.band) {
    const { x, y, width, height } = scene.band;
    context.strokeStyle = palette.brand;
    context.fillStyle = `${palette.brand.startsWith("#") && palette.brand.length === 7 ? palette.brand : "#3377bb"}22`;
    context.lineWidth = 1;
    context.fillRect(x, y, width, height);
    context.strokeRect(x + 0.5, y + 0.5, width, height);
  }
}

/** Names of the facets along two sides, each in the middle of what is seen of it. */
function names(context: CanvasRenderingContext2D, scene: Scene, palette: Palette, lettering: Lettering): void {
  const { margins, inner } = scene;
  const write = (side: "rows" | "columns", place: number, group: Group, x: number, y: number, room: number): void => {
    const picked = lettering.isPicked(side, place);
    context.fillStyle = picked ? palette.brand : palette.ink2;
    context.font = `${picked ? "650" : "500"} ${SMALL} ${palette.font}`;
    const name = shortened(context, group.label, room);
    const count = ` ${group.count.toLocaleString(lettering.locale)}`;
    const wide = context.measureText(name).width;
    const fits = side === "columns" ? wide + context.measureText(count).width <= room : true;
    if (side === "columns") {
      const all = wide + (fits ? context.measureText(count).width : 0);
      context.textAlign = "left";
      context.fillText(name, x - all / 2, y);
      if (fits) {
        context.fillStyle = palette.faint;
        context.font = `${SMALL} ${palette.font}`;
        context.fillText(count, x - all / 2 + wide, y);
      }
    } else {
      context.textAlign = "right";
      context.fillText(name, x, y - 6);
      context.fillStyle = palette.faint;
      context.font = `${SMALL} ${palette.font}`;
      context.fillText(count, x, y + 7);
    }
  };
  for (const cell of scene.cells) {
    const at = seen(scene, cell);
    const group = lettering.columns?.[cell.column];
    if (cell.row === 0 && group) {
      const left = Math.max(at.x, margins.left);
      const right = Math.min(at.x + at.width, margins.left + inner.width);
      if (right - left > 12) {
        write("columns", cell.column, group, (left + right) / 2, margins.top - 11, right - left);
      }
    }
    const own = lettering.rows?.[cell.row];
    if (cell.column === 0 && own) {
      const top = Math.max(at.y, margins.top);
      const bottom = Math.min(at.y + at.height, margins.top + inner.height);
      if (bottom - top > 12) {
        write("rows", cell.row, own, rowLabelEdge(scene), (top + bottom) / 2, rowLabelEdge(scene) - 10);
      }
    }
  }
}

/** Where the names of the rows end: before the axis, if there is one. */
export function rowLabelEdge(scene: Scene): number {
  return scene.margins.left - (scene.hasUp ? 58 : 8);
}

function axes(context: CanvasRenderingContext2D, scene: Scene, arrangement: Arrangement, palette: Palette, lettering: Lettering, height: number): void {
  const { margins, inner } = scene;
  context.font = `${SMALL} ${palette.font}`;
  const { across, up } = arrangement;
  const lastRow = scene.cells.at(-1)?.row ?? 0;
  for (const cell of scene.cells) {
    const at = seen(scene, cell);
    if (across && cell.row === lastRow) {
      const y = margins.top + inner.height + 10;
      for (const [place, word] of marks(across, at.width, at.x, margins.left, margins.left + inner.width, 74, lettering)) {
        context.fillStyle = palette.faint;
        context.textAlign = "center";
        context.fillText(shortened(context, word, 90), at.x + place, y);
      }
    }
    if (up && cell.column === 0) {
      const span = at.y + at.height;
      for (const [place, word] of marks(up, at.height, 0, span - margins.top - inner.height, span - margins.top, 34, lettering)) {
        context.fillStyle = palette.faint;
        context.textAlign = "right";
        context.fillText(shortened(context, word, 50), margins.left - 6, span - place);
      }
    }
  }
  context.fillStyle = palette.ink2;
  context.font = `600 ${SMALL} ${palette.font}`;
  if (across) {
    context.textAlign = "right";
    context.fillText(`${across.column.name}${across.log ? ` (${lettering.t("log")})` : ""} →`, margins.left + inner.width, height - 9);
  }
  if (up) {
    context.save();
    context.translate(9, margins.top);
    context.rotate(-Math.PI / 2);
    context.textAlign = "right";
    context.fillText(`${up.column.name}${up.log ? ` (${lettering.t("log")})` : ""} →`, 0, 0);
    context.restore();
  }
}

/** Marks along a side of a cell that lie between `from` and `to` of the screen. */
function marks(axis: Axis, side: number, start: number, from: number, to: number, room: number, language: Language): [number, string][] {
  const made: [number, string][] = axis.gap ? [[placeOf(axis, 0, side) - 13, "–"]] : [];
  if (axis.grouping !== null) {
    const groups = axis.grouping.groups.filter((each) => each.condition.kind !== "missing");
    const every = Math.max(1, Math.ceil((groups.length * Math.min(room, 60)) / side));
    groups.forEach((group, place) => {
      if (place % every === 0) {
        made.push([placeOf(axis, shareOf(axis, place + 0.5), side), group.label]);
      }
    });
  } else {
    const [first, last] = [Math.max(0, shareAt(axis, from - start, side)), Math.min(1, shareAt(axis, to - start, side))];
    const [low, high] = [valueAt(axis, first), valueAt(axis, last)];
    const count = Math.max(1, Math.floor((side * (last - first)) / room));
    const values = axis.column.type === "TIME" ? timeTicks(low, high, count).filter((each) => each >= low) : axis.log ? powers(low, high) : ticks(low, high, count);
    const places = decimals(values);
    values.forEach((value) => { made.push([placeOf(axis, shareOf(axis, value), side), edgeText(axis.column, value, places, language)]); });
  }
  return made.filter(([place]) => place + start >= from - 1 && place + start <= to + 1);
}

function powers(low: number, high: number): number[] {
  const sizes = Array.from({ length: 13 }, (_, power) => 10 ** power);
  return [...sizes.map((each) => -each).reverse(), 0, ...sizes].filter((each) => each >= low && each <= high);
}

/** Words on points: within them where they are large, else beside them where few are in sight. */
function pointLabels(context: CanvasRenderingContext2D, scene: Scene, arrangement: Arrangement, palette: Palette, label: (row: number) => string): void {
  const { margins, inner, diameter } = scene;
  const isInside = diameter >= 26;
  const inSight: number[] = [];
  for (let row = 0; row < arrangement.x.length; row += 1) {
    const [x, y] = scene.screen(row);
    if (x > margins.left - diameter && x < margins.left + inner.width + diameter && y > margins.top - diameter && y < margins.top + inner.height + diameter) {
      inSight.push(row);
      if (inSight.length > (isInside ? 3000 : LABELS)) {
        return;
      }
    }
  }
  context.textAlign = isInside ? "center" : "left";
  context.lineWidth = 3;
  for (const row of inSight) {
    const [x, y] = scene.screen(row);
    const word = shortened(context, label(row), isInside ? diameter - 4 : 120);
    context.strokeStyle = palette.ground;
    context.fillStyle = palette.ink;
    context.strokeText(word, isInside ? x : x + diameter / 2 + 4, y);
    context.fillText(word, isInside ? x : x + diameter / 2 + 4, y);
  }
}

export function shortened(context: CanvasRenderingContext2D, words: string, room: number): string {
  if (context.measureText(words).width <= room) {
    return words;
  }
  const letters = [...words];
  while (letters.length > 1 && context.measureText(`${letters.join("")}…`).width > room) {
    letters.pop();
  }
  return `${letters.join("")}…`;
}
