/** What a person sets: facets, axes, colour, label. Pure. */

import type { Table, Column } from "./table.js";

export interface DiveView {
  rows?: string | null;
  columns?: string | null;
  x?: string | null;
  y?: string | null;
  color?: string | null;
  label?: string | null;
  log_x?: boolean;
  log_y?: boolean;
}

const FEW = 12;

function few(column: Column): boolean {
  return column.texts !== null && column.texts.length >= 2 && column.texts.length <= FEW;
}

/** The view as it was asked for, the rest filled in: columns with few values colour and divide. */
export function completed(view: DiveView, table: Table): Required<DiveView> {
  const known = (name: string | null | undefined): string | null => (table.columns.some((each) => each.name === name) ? (name ?? null) : null);
  const candidates = table.columns.filter(few).map((each) => each.name);
  const color = view.color === undefined ? (candidates.find((each) => each !== view.rows && each !== view.columns) ?? null) : known(view.color);
  const isBare = [view.rows, view.columns, view.x, view.y].every((each) => each === undefined);
  const columns = isBare ? (candidates.find((each) => each !== color) ?? null) : known(view.columns);
  const names = table.columns.filter((each) => each.texts !== null).sort((a, b) => (b.texts?.length ?? 0) - (a.texts?.length ?? 0));
  return {
    rows: known(view.rows),
    columns,
    x: known(view.x),
    y: known(view.y),
    color,
    label: view.label === undefined ? (names[0]?.name ?? null) : known(view.label),
    log_x: view.log_x ?? false,
    log_y: view.log_y ?? false,
  };
}
