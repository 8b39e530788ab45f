/** What an area that was drawn on the picture says about values. Pure. */

import { shareAt, valueAt, type Arrangement, type Axis } from "./arrange.js";
import type { Condition, Term } from "./conditions.js";
import type { Grouping } from "./groups.js";

interface Span {
  x: [number, number];
  y: [number, number];
}

/** The terms of an area: the facets that it touches, and the values between its sides. */
export function termsOfArea(area: Span, { cells, across, up }: Arrangement, rowsBy: Grouping | null, columnsBy: Grouping | null): Term[] {
  const touched = cells.filter((cell) => cell.x < area.x[1] && cell.x + cell.width > area.x[0] && cell.y < area.y[1] && cell.y + cell.height > area.y[0]);
  const [first] = touched;
  if (!first) {
    return [];
  }
  const terms = [...facetTerms(rowsBy, touched.map((cell) => cell.row)), ...facetTerms(columnsBy, touched.map((cell) => cell.column))];
  const isOneColumn = touched.every((cell) => cell.column === first.column);
  const isOneRow = touched.every((cell) => cell.row === first.row);
  if (across && isOneColumn) {
    terms.push(...axisTerms(across, area.x.map((place) => place - first.x) as [number, number], first.width));
  }
  if (up && isOneRow) {
    const floor = first.y + first.height;
    terms.push(...axisTerms(up, [floor - area.y[1], floor - area.y[0]], first.height));
  }
  return terms;
}

function facetTerms(grouping: Grouping | null, places: readonly number[]): Term[] {
  if (grouping === null) {
    return [];
  }
  const picked = grouping.groups.filter((_, place) => places.includes(place));
  return picked.length === grouping.groups.length ? [] : [{ column: grouping.column.name, any: picked.map((each) => each.condition) }];
}

function axisTerms(axis: Axis, [from, to]: [number, number], side: number): Term[] {
  const [low, high] = [shareAt(axis, from, side), shareAt(axis, to, side)];
  const column = axis.column.name;
  if (axis.grouping !== null) {
    const groups = axis.grouping.groups.filter((each) => each.condition.kind !== "missing");
    const any: Condition[] = groups.filter((_, place) => (place + 1) / groups.length > low && place / groups.length < high).map((each) => each.condition);
    return any.length === 0 || any.length === axis.grouping.groups.length ? [] : [{ column, any }];
  }
  if (low <= 0 && high >= 1) {
    return [];
  }
  // As exact as the picture: to the power of ten below what a pixel stands for.
  const pixel = Math.abs(valueAt(axis, (low + high) / 2 + 1 / side) - valueAt(axis, (low + high) / 2));
  const step = axis.column.type === "FLOAT" ? 10 ** Math.floor(Math.log10(pixel)) : Math.max(1, 10 ** Math.floor(Math.log10(pixel)));
  const bound = (share: number, isUpper: boolean): number => Number(((isUpper ? Math.floor : Math.ceil)(valueAt(axis, share) / step) * step).toPrecision(12));
  return [{ column, any: [{ kind: "range", low: low <= 0 ? null : bound(low, false), high: high >= 1 ? null : bound(high, true), closed: true }] }];
}
