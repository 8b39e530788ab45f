/** Rows by column as they came over the wire: typed arrays, and texts as codes. Pure. */

import type { ColumnType } from "../data.js";
import { formatNumber, formatTime } from "../format.js";
import type { Language } from "../text.js";

/** How values lie in a buffer: unsigned, signed or floating point, and how many bytes wide. */
export type Code = "u1" | "u2" | "u4" | "i1" | "i2" | "i4" | "f4" | "f8";

export interface DiveField {
  name: string;
  type: ColumnType;
  code: Code;
  values: DataView;
  /** The texts behind the codes, the most frequent first; code 0 is a missing value. */
  dictionary?: string[] | null;
}

export interface DiveData {
  name: string;
  /** What the rows are called in code, and the line that makes them. */
  variable: string;
  source?: string | null;
  /** How many rows there are; `index` says which of them came. */
  rows: number;
  index: DataView;
  fields: DiveField[];
  /** Columns that hold lists, structs or bytes, which no axis can show. */
  left_out?: string[];
}

export type Values = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** A column: numbers with NaN for what is missing, or codes of texts with 0 for it. */
export interface Column {
  name: string;
  type: ColumnType;
  values: Values;
  texts: readonly string[] | null;
  /** Whether the numbers are years, which are written without a thousands separator. */
  isYears: boolean;
}

export interface Table {
  name: string;
  variable: string;
  source: string | null;
  rows: number;
  drawn: number;
  index: Uint32Array;
  columns: Column[];
  leftOut: readonly string[];
}

const ARRAYS = {
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

function decode(code: Code, view: DataView): Values {
  // Copied, since a view may start where its numbers are not aligned.
  const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer;
  return new ARRAYS[code](bytes);
}

export function tableOf(data: DiveData): Table {
  const index = decode("u4", data.index) as Uint32Array;
  return {
    name: data.name,
    variable: data.variable,
    source: data.source ?? null,
    rows: data.rows,
    drawn: index.length,
    index,
    columns: data.fields.map((field) => {
      const column = { name: field.name, type: field.type, values: decode(field.code, field.values), texts: field.dictionary ?? null, isYears: false };
      const [low, high] = field.type === "INT" ? (rangeOf(column) ?? [0, 0]) : [0, 0];
      return { ...column, isYears: low >= 1800 && high <= 2200 };
    }),
    leftOut: data.left_out ?? [],
  };
}

export function columnOf(table: Table, name: string | null | undefined): Column | null {
  return table.columns.find((each) => each.name === name) ?? null;
}

export function isMissing(column: Column, row: number): boolean {
  const value = column.values[row] ?? NaN;
  return column.texts === null ? Number.isNaN(value) : value === 0;
}

/** A value as a person reads it; the dash for what is missing. */
export function textOf(column: Column, row: number, { t, locale }: Language): string {
  const value = column.values[row] ?? NaN;
  if (isMissing(column, row)) {
    return t("missing");
  }
  if (column.texts !== null) {
    return column.texts[value - 1] ?? "";
  }
  if (column.type === "TIME") {
    return formatTime(value, locale);
  }
  if (column.isYears) {
    return String(value);
  }
  return Number.isInteger(value) ? value.toLocaleString(locale, { maximumFractionDigits: 0 }).replace("-", "−") : formatNumber(value, locale, 6);
}

/** The least and the greatest finite number, or null where there is none. */
export function rangeOf(column: Column): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const value of column.values) {
    if (value < low && value > -Infinity) {
      low = value;
    }
    if (value > high && value < Infinity) {
      high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/** Values at some shares of the order, of at most about 20,000 of the rows. */
export function quantilesOf(column: Column, shares: readonly number[]): number[] {
  const step = Math.max(1, Math.floor(column.values.length / 20_000));
  const kept = [];
  for (let row = 0; row < column.values.length; row += step) {
    const value = column.values[row] ?? NaN;
    if (Number.isFinite(value)) {
      kept.push(value);
    }
  }
  const sorted = Float64Array.from(kept).sort();
  return shares.map((share) => sorted[Math.round(share * (sorted.length - 1))] ?? NaN);
}
