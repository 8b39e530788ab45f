/** Conditions on rows: which rows meet them, and the pandas code that says the same. Pure. */

import { columnOf, isMissing, type Column, type Table } from "./table.js";

export type Condition =
  | { kind: "values"; values: readonly (string | number)[] }
  | { kind: "others"; values: readonly string[] }
  | { kind: "range"; low: number | null; high: number | null; closed: boolean }
  | { kind: "missing" };

/** A row meets a term if its value meets any of the conditions. */
export interface Term {
  column: string;
  any: readonly Condition[];
}

export function sameCondition(a: Condition, b: Condition): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The terms with one condition more, or one less if it was there. */
export function toggled(terms: readonly Term[], column: string, condition: Condition): Term[] {
  const own = terms.find((each) => each.column === column);
  const others = terms.filter((each) => each !== own);
  const kept = (own?.any ?? []).filter((each) => !sameCondition(each, condition));
  const any = kept.length === (own?.any.length ?? 0) ? [...kept, condition] : kept;
  return any.length === 0 ? others : [...others, { column, any }];
}

export function holds(terms: readonly Term[], column: string | null | undefined, condition: Condition): boolean {
  return terms.some((each) => each.column === column && each.any.some((one) => sameCondition(one, condition)));
}

function testOf(column: Column, condition: Condition): (row: number) => boolean {
  const { values, texts } = column;
  if (condition.kind === "missing") {
    return (row) => isMissing(column, row);
  }
  if (condition.kind === "range") {
    const low = condition.low ?? -Infinity;
    const high = condition.high ?? Infinity;
    return condition.closed
      ? (row) => (values[row] ?? NaN) >= low && (values[row] ?? NaN) <= high
      : (row) => (values[row] ?? NaN) >= low && (values[row] ?? NaN) < high;
  }
  if (texts === null) {
    const wanted = new Set<unknown>(condition.values);
    return (row) => wanted.has(values[row]);
  }
  const wanted = new Set<unknown>(condition.values);
  const codes = new Uint8Array(texts.length + 1);
  texts.forEach((text, code) => { codes[code + 1] = Number(wanted.has(text) === (condition.kind === "values")); });
  return (row) => codes[values[row] ?? 0] === 1;
}

/** For each row 1 if it meets all terms; null where there are none. */
export function maskOf(table: Table, terms: readonly Term[]): Uint8Array | null {
  if (terms.length === 0) {
    return null;
  }
  const mask = new Uint8Array(table.drawn).fill(1);
  for (const term of terms) {
    const column = columnOf(table, term.column);
    if (column === null) {
      continue;
    }
    const tests = term.any.map((each) => testOf(column, each));
    for (let row = 0; row < mask.length; row += 1) {
      if (mask[row] === 1 && !tests.some((test) => test(row))) {
        mask[row] = 0;
      }
    }
  }
  return mask;
}

/** For each row 1 if one of its texts has every word, or one of its numbers is the number sought. */
export function searchMask(table: Table, search: string): Uint8Array | null {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return null;
  }
  const mask = new Uint8Array(table.drawn);
  const number = words.length === 1 ? Number(words[0]) : NaN;
  for (const { texts, values } of table.columns) {
    if (texts === null) {
      if (!Number.isNaN(number)) {
        values.forEach((value, row) => { mask[row] = (mask[row] ?? 0) | Number(value === number); });
      }
      continue;
    }
    const codes = new Uint8Array(texts.length + 1);
    texts.forEach((text, code) => {
      const lower = text.toLowerCase();
      codes[code + 1] = Number(words.every((word) => lower.includes(word)));
    });
    if (codes.includes(1)) {
      values.forEach((value, row) => { mask[row] = (mask[row] ?? 0) | (codes[value] ?? 0); });
    }
  }
  return mask;
}

export function both(a: Uint8Array | null, b: Uint8Array | null): Uint8Array | null {
  if (a === null || b === null) {
    return a ?? b;
  }
  return a.map((value, row) => value & (b[row] ?? 0));
}

export function countOf(mask: Uint8Array | null, rows: number): number {
  return mask === null ? rows : mask.reduce((sum, each) => sum + each, 0);
}

/** The pandas code that keeps the rows which meet the terms. */
export function codeOf(table: Table, terms: readonly Term[]): string {
  const { variable, source } = table;
  const filters = terms.flatMap((term) => {
    const column = columnOf(table, term.column);
    const words = term.any.map((each) => conditionCode(`${variable}[${JSON.stringify(term.column)}]`, column, each));
    return words.length > 1 ? [`(${words.map((each) => (each.includes(" & ") ? `(${each})` : each)).join(" | ")})`] : words;
  });
  const rows = filters.length === 0 ? variable : `${variable}[${filters.length === 1 ? filters.join("") : filters.map((each) => (each.includes(" & ") && !each.startsWith("(") ? `(${each})` : each)).join(" & ")}]`;
  return source === null ? rows : `${source}\n${rows}`;
}

function conditionCode(series: string, column: Column | null, condition: Condition): string {
  const one = (value: string | number): string => literal(column, value);
  switch (condition.kind) {
    case "missing":
      return `${series}.isna()`;
    case "values":
      return condition.values.length === 1 ? `${series}.eq(${one(condition.values[0] ?? "")})` : `${series}.isin([${condition.values.map(one).join(", ")}])`;
    case "others":
      return `${series}.notna() & ~${series}.isin([${condition.values.map(one).join(", ")}])`;
    case "range": {
      const { low, high, closed } = condition;
      if (closed && low !== null && high !== null) {
        return `${series}.between(${one(low)}, ${one(high)})`;
      }
      return [low === null ? "" : `${series}.ge(${one(low)})`, high === null ? "" : `${series}.${closed ? "le" : "lt"}(${one(high)})`].filter(Boolean).join(" & ") || `${series}.notna()`;
    }
  }
}

function literal(column: Column | null, value: string | number): string {
  if (column?.type === "BOOL") {
    return value === "true" ? "True" : "False";
  }
  if (column?.type === "TIME" && typeof value === "number") {
    return JSON.stringify(new Date(value).toISOString().replace(/(T00:00:00)?\.000Z$|Z$/, ""));
  }
  // What JSON writes of a text, Python reads as the same text.
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}
