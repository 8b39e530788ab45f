/** Columns through spans, as numbers and words. Pure. */

import type { ColumnType } from "../data.js";
import type { Language } from "../text.js";

export interface SpanColumn {
  name: string;
  type: ColumnType;
  role?: string | null;
  /** Bins between edges, a bin a number, a bin a text, or no bins. */
  kind: "ranges" | "numbers" | "values" | "none";
  /** The edges of ranges, one more than bins; else what each bin is, the empty text for all others. */
  marks: string[];
  /** By span, the share of its rows in each bin, in ten-thousandths. */
  shares: number[][];
  missing: number[];
  mean: (number | null)[];
  /** By span, the Jensen-Shannon divergence from the span before. */
  moved: (number | null)[];
}

export interface SpansData {
  name: string;
  spans: { name: string; rows: number }[];
  columns: SpanColumn[];
}

export const UNIT = 10_000;

export function binsOf(column: SpanColumn): number {
  return column.kind === "ranges" ? Math.max(0, column.marks.length - 1) : column.marks.length;
}

export function labelOf(column: SpanColumn, bin: number, { t }: Pick<Language, "t">): string {
  const mark = column.marks[bin] ?? "";
  if (column.kind === "ranges") {
    return `${mark} – ${column.marks[bin + 1] ?? ""}`;
  }
  return mark === "" && bin === column.marks.length - 1 ? t("all others") : mark;
}

/** The greatest step between two neighbouring spans, and where it was; times move by themselves and come last. */
export function movement(column: SpanColumn): { most: number; at: number } {
  let [most, at] = [-1, 0];
  column.moved.forEach((each, place) => {
    if (each !== null && each > most) {
      [most, at] = [each, place];
    }
  });
  return { most: Math.max(0, most), at };
}

export function ranked(columns: readonly SpanColumn[], search: string): SpanColumn[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return columns
    .filter((each) => words.every((word) => each.name.toLowerCase().includes(word)))
    .map((column) => ({ column, isTime: Number(column.type === "TIME"), most: movement(column).most }))
    .sort((a, b) => a.isTime - b.isTime || b.most - a.most)
    .map(({ column }) => column);
}

/** What a small line shows of a column: its mean, or the share of its first value. */
export function lineOf(column: SpanColumn): (number | null)[] {
  return column.kind === "values" ? column.shares.map((each) => each[0] ?? null) : column.type === "TIME" ? [] : column.mean;
}

/** Points of a line within a box, broken where a value is not known. */
export function linePath(values: readonly (number | null)[], width: number, height: number): string {
  const known = values.filter((each): each is number => each !== null);
  const low = known.reduce((a, b) => Math.min(a, b), Infinity);
  const span = known.reduce((a, b) => Math.max(a, b), -Infinity) - low || 1;
  let pen = "M";
  return values
    .map((value, place) => {
      if (value === null) {
        pen = "M";
        return "";
      }
      const point = `${pen}${((place * width) / Math.max(1, values.length - 1)).toFixed(1)},${(height - ((value - low) / span) * height).toFixed(1)}`;
      pen = "L";
      return point;
    })
    .join("");
}

/** A divergence to three places, as tables of them are read; what is not nothing never reads as 0. */
export function formatDrift(value: number | null | undefined, locale: string): string {
  if (value === null || value === undefined) {
    return "–";
  }
  return value === 0 ? "0" : value < 0.0005 ? "<0.001" : value.toLocaleString(locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
}
