/** Which columns are shown, in which section and order. Pure. */

import type { Feature } from "../data.js";

export type Section = "numeric" | "time" | "categorical";
export type SortKey = "data" | "name" | "drift" | "missing" | "zeros" | "mean" | "std" | "min" | "median" | "max" | "unique";

export interface Sorting {
  key: SortKey;
  descending: boolean;
}

/** From here on a column is called drifted; the monitor's default is the same. */
export const DRIFT = 0.1;

export function sectionOf(feature: Feature): Section {
  if (feature.type === "TIME") {
    return "time";
  }
  return feature.type === "INT" || feature.type === "FLOAT" ? "numeric" : "categorical";
}

function keyOf(feature: Feature, key: SortKey): number | null {
  const first = feature.stats.find((each) => each !== null);
  if (key === "drift") {
    return feature.drift ?? null;
  }
  if (!first || key === "data" || key === "name") {
    return null;
  }
  if (key === "missing") {
    const rows = first.count + first.missing;
    return rows === 0 ? null : first.missing / rows;
  }
  return first[key] ?? null;
}

/** The columns whose name has every word of the search, sorted; what has no figure comes last. */
export function arrange(features: readonly Feature[], search: string, sorting: Sorting): Feature[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = features.filter((each) => {
    const name = each.name.toLowerCase();
    return words.every((word) => name.includes(word));
  });
  const sign = sorting.descending ? -1 : 1;
  if (sorting.key === "data") {
    return found;
  }
  if (sorting.key === "name") {
    return found.sort((a, b) => sign * a.name.localeCompare(b.name));
  }
  const keys = new Map(found.map((each) => [each, keyOf(each, sorting.key)]));
  return found.sort((a, b) => {
    const [left, right] = [keys.get(a) ?? null, keys.get(b) ?? null];
    if (left === null || right === null) {
      return Number(left === null) - Number(right === null);
    }
    return sign * (left - right);
  });
}

/** The rows of a long list that are in sight, with some around them. */
export function visibleRange(count: number, height: number, top: number, sight: number): [number, number] {
  const first = Math.min(count, Math.max(0, Math.floor(top / height) - 6));
  const last = Math.min(count, Math.ceil((top + sight) / height) + 6);
  return [first, Math.max(first, last)];
}
