/** The groups of rows that a column makes: its values where they are few, else ranges. Pure. */

import { formatNumber } from "../format.js";
import { decimals, ticks } from "../curves/scale.js";
import type { Language } from "../text.js";
import type { Condition } from "./conditions.js";
import { isMissing, quantilesOf, rangeOf, type Column } from "./table.js";

export interface Group {
  label: string;
  condition: Condition;
  count: number;
}

/** Each row's group, and the groups in the order in which they are drawn. */
export interface Grouping {
  column: Column;
  codes: Uint8Array;
  groups: Group[];
}

const MOST = 12;

/** The groups of a column: texts in the order of their letters, or from `ranked` of them by how frequent they are. */
export function groupsOf(column: Column, language: Language, most = MOST, ranked = Infinity): Grouping {
  const { values, texts } = column;
  const sorted = texts === null ? distinct(column, most) : null;
  const made = texts !== null ? byText(column, most, ranked, language) : sorted !== null ? byValue(column, sorted, language) : byRange(column, most, language);
  const codes = new Uint8Array(values.length);
  const counts = new Uint32Array(made.groups.length + 1);
  for (let row = 0; row < values.length; row += 1) {
    const code = isMissing(column, row) ? made.groups.length : made.at(values[row] ?? NaN);
    codes[row] = code;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  const groups: Group[] = made.groups.map((group, code) => ({ ...group, count: counts[code] ?? 0 }));
  const missing = counts[made.groups.length] ?? 0;
  if (missing > 0) {
    groups.push({ label: language.t("missing"), condition: { kind: "missing" }, count: missing });
  }
  return { column, codes, groups };
}

interface Made {
  groups: Omit<Group, "count">[];
  at: (value: number) => number;
}

function byText(column: Column, most: number, ranked: number, { t }: Language): Made {
  const texts = column.texts ?? [];
  const head = texts.length > most ? texts.slice(0, most - 1) : [...texts];
  const order = texts.length < ranked ? [...head].sort(natural) : head;
  const place = new Map(order.map((text, code) => [text, code]));
  const codes = Uint8Array.from([0, ...texts.map((text) => place.get(text) ?? order.length)]);
  const groups: Made["groups"] = order.map((text) => ({ label: text, condition: { kind: "values", values: [text] } }));
  if (head.length < texts.length) {
    groups.push({ label: t("%1 others", texts.length - head.length), condition: { kind: "others", values: order } });
  }
  return { groups, at: (value) => codes[value] ?? 0 };
}

/** Texts in the order of their letters, numbers in them by size. */
export function natural(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function distinct(column: Column, most: number): number[] | null {
  const found = new Set<number>();
  for (const value of column.values) {
    if (!Number.isNaN(value)) {
      found.add(value);
      if (found.size > most) {
        return null;
      }
    }
  }
  return [...found].sort((a, b) => a - b);
}

function byValue(column: Column, sorted: readonly number[], language: Language): Made {
  const places = decimals(sorted);
  return {
    groups: sorted.map((value) => ({ label: edgeText(column, value, places, language), condition: { kind: "values", values: [value] } })),
    at: (value) => sorted.indexOf(value),
  };
}

/** Ranges between round numbers; what lies beyond the outermost two shares the first and the last. */
function byRange(column: Column, most: number, language: Language): Made {
  const [low, high] = rangeOf(column) ?? [0, 1];
  const [from = low, to = high] = quantilesOf(column, [0.01, 0.99]);
  const edges = column.type === "TIME" ? timeTicks(from, to, most - 1) : ticks(from, to, most - 4).slice(0, most - 1);
  if (edges.length === 0) {
    edges.push(from);
  }
  const places = decimals(edges);
  const words = edges.map((each) => edgeText(column, each, places, language));
  const first = edges[0] ?? from;
  const groups: Made["groups"] = edges.map((edge, place) => {
    const next = edges[place + 1];
    const label = next === undefined ? (column.type === "TIME" ? (words[place] ?? "") : `≥ ${words[place] ?? ""}`) : column.type === "TIME" ? (words[place] ?? "") : `${words[place] ?? ""} – ${words[place + 1] ?? ""}`;
    return { label, condition: { kind: "range", low: edge, high: next ?? null, closed: false } };
  });
  const under = low < first;
  if (under) {
    groups.unshift({ label: `< ${words[0] ?? ""}`, condition: { kind: "range", low: null, high: first, closed: false } });
  }
  return {
    groups,
    at: (value) => {
      let [a, b] = [0, edges.length];
      while (a < b) {
        const middle = (a + b) >> 1;
        if ((edges[middle] ?? Infinity) <= value) {
          a = middle + 1;
        } else {
          b = middle;
        }
      }
      return under ? a : Math.max(0, a - 1);
    },
  };
}

const DAY = 86_400_000;

/** Starts of years, months, days or hours, as fine as `most` of them allow. */
export function timeTicks(low: number, high: number, most: number): number[] {
  const [from, to] = [new Date(low), new Date(high)];
  const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  if (months >= 2) {
    const step = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 12_000].find((each) => months / each < most) ?? 120_000;
    const first = Math.floor((from.getUTCFullYear() * 12 + from.getUTCMonth()) / step) * step;
    const starts: number[] = [];
    for (let month = first; ; month += step) {
      const when = new Date(Date.UTC(2000, month % 12, 1));
      when.setUTCFullYear(Math.floor(month / 12));
      if (when.getTime() > high) {
        return starts;
      }
      starts.push(when.getTime());
    }
  }
  const step = [1 / 1440, 5 / 1440, 15 / 1440, 1 / 24, 3 / 24, 6 / 24, 12 / 24, 1, 2, 7, 14].find((each) => (high - low) / (each * DAY) < most - 1) ?? 31;
  const first = Math.floor(low / (step * DAY)) * step * DAY;
  return Array.from({ length: Math.floor((high - first) / (step * DAY)) + 1 }, (_, place) => first + place * step * DAY);
}

export function edgeText(column: Column, value: number, places: number, { locale }: Language): string {
  if (column.type === "TIME") {
    const when = new Date(value);
    const iso = when.getTime() === Math.floor(value) && !Number.isNaN(when.getTime()) ? when.toISOString() : "";
    return value % DAY === 0 ? (when.getUTCDate() === 1 ? iso.slice(0, 7) : iso.slice(0, 10)) : iso.slice(5, 16).replace("T", " ");
  }
  if (column.isYears) {
    return String(value);
  }
  if (Math.abs(value) >= 1e7 || (value !== 0 && Math.abs(value) < 1e-4)) {
    return formatNumber(value, locale);
  }
  return value.toLocaleString(locale, { minimumFractionDigits: places, maximumFractionDigits: places }).replace("-", "−");
}
