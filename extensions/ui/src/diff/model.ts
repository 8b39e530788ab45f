/** What changed between two versions of a dataset. Pure. */

export interface DiffColumn {
  name: string;
  type: string;
  /** Another type that it had. */
  before?: string | null;
  state: "added" | "removed" | "retyped" | "kept";
  /** In how many rows it changed. */
  changed: number;
  drift?: { jsd: number; where: string; share_a: number; share_b: number } | null;
}

export type Cell = string | null;

export interface RowSample {
  columns: string[];
  rows: Cell[][];
}

export interface ChangedRow {
  key: Cell[];
  cells: Record<string, [Cell, Cell]>;
}

export interface DiffData {
  a: { name: string; rows: number };
  b: { name: string; rows: number };
  key: string[];
  added: number;
  removed: number;
  changed: number;
  unchanged: number;
  columns: DiffColumn[];
  samples?: { added?: RowSample | null; removed?: RowSample | null; changed?: ChangedRow[] | null };
}

export const KINDS = ["added", "removed", "changed", "unchanged"] as const;
export const GLYPHS = { added: "+", removed: "−", changed: "~", unchanged: "=", retyped: "~", kept: "" } as const;
/** Below this a table's third decimal says nothing. */
const STILL = 0.0005;

export function isChanged(column: DiffColumn): boolean {
  return column.state !== "kept" || column.changed > 0 || (column.drift?.jsd ?? 0) >= STILL;
}

const NUMBER = /^(u?int\d|float|double|halffloat|decimal)/;

/** The names of the columns that hold numbers, which stand under one another by their last digits. */
export function numbersOf(columns: readonly DiffColumn[]): ReadonlySet<string> {
  return new Set(columns.filter((each) => NUMBER.test(each.type)).map((each) => each.name));
}

/** The columns in which the sampled rows changed, in the order of the columns. */
export function columnsOf(rows: readonly ChangedRow[], columns: readonly DiffColumn[]): string[] {
  const present = new Set(rows.flatMap((row) => Object.keys(row.cells)));
  const known = columns.map((each) => each.name).filter((name) => present.has(name));
  return [...known, ...[...present].filter((name) => !known.includes(name))];
}

/** What a column was and is in a row; not there where it did not change, even if it is named as what every object has. */
export function cellsOf(row: ChangedRow, column: string): [Cell, Cell] | undefined {
  return Object.hasOwn(row.cells, column) ? row.cells[column] : undefined;
}

export interface Piece {
  text: string;
  isChanged: boolean;
}

/** A text against another: what they share at both ends, and what is its own in the middle. */
export function pieces(text: string, other: string): Piece[] {
  let start = 0;
  while (start < text.length && start < other.length && text[start] === other[start]) {
    start += 1;
  }
  let end = 0;
  while (end < text.length - start && end < other.length - start && text.at(-1 - end) === other.at(-1 - end)) {
    end += 1;
  }
  return [
    { text: text.slice(0, start), isChanged: false },
    { text: text.slice(start, text.length - end), isChanged: true },
    { text: text.slice(text.length - end), isChanged: false },
  ].filter((each) => each.text !== "");
}
