/** Which columns are shown, in which section and order. Pure. */

import type { Feature } from "../data.js";
import { barsOf, distance, evenness, isRanked } from "./shapes.js";
import { firstFigures, type View } from "./view.js";

export type Section = "numeric" | "categorical" | "time" | "struct";
export const SECTIONS: readonly Section[] = ["numeric", "categorical", "time", "struct"];

export type SortKey =
  | "data"
  | "name"
  | "anomalies"
  | "drift"
  | "non-uniformity"
  | "missing"
  | "zeros"
  | "mean"
  | "std"
  | "min"
  | "median"
  | "max"
  | "unique";

export interface Sorting {
  key: SortKey;
  descending: boolean;
}

/** From here on a column is called drifted; the monitor's default is the same. */
export const DRIFT = 0.1;

/** A struct stands together with its fields, whatever their types. */
export function sectionOf(feature: Feature): Section {
  if (feature.type === "STRUCT" || (feature.path?.length ?? 0) > 1) {
    return "struct";
  }
  return isRanked(feature) ? "categorical" : feature.type === "TIME" ? "time" : "numeric";
}

/** What a column is, as the filter names it: its type, and that it is a list. */
export function kindsOf(feature: Feature): string[] {
  const kind = feature.stats.some((each) => each?.images) ? "images" : feature.stats.some((each) => each?.words) ? "words" : null;
  const isList = feature.stats.some((each) => (each?.lists?.length ?? 0) > 0);
  return [kind ?? feature.type.toLowerCase(), ...(isList ? ["list"] : []), ...(feature.anomalies ? ["anomalies"] : [])];
}

/** How many columns there are of each kind, in the kinds' first order. */
export function countKinds(features: readonly Feature[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of features.flatMap(kindsOf)) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const last = counts.get("anomalies");
  if (last !== undefined) {
    counts.delete("anomalies");
    counts.set("anomalies", last);
  }
  return counts;
}

/** How far apart the sets in sight are: as it was measured, else as their bars show. */
export function driftOf(feature: Feature, view: View): number | null {
  if (feature.stats.length === 2) {
    return feature.drift ?? null;
  }
  return view.sets.length > 1 ? distance(barsOf(feature, { ...view, logValues: false })) : null;
}

/** The search as a test of a name: all its words, or a regular expression; null if that is none. */
export function matcher(search: string, regex: boolean): ((name: string) => boolean) | null {
  if (regex) {
    try {
      const pattern = new RegExp(search, "iu");
      return (name) => pattern.test(name);
    } catch {
      return null; // half a pattern while it is typed
    }
  }
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (name) => {
    const low = name.toLowerCase();
    return words.every((word) => low.includes(word));
  };
}

function keyOf(feature: Feature, key: SortKey, view: View): number | null {
  if (key === "drift") {
    return driftOf(feature, view);
  }
  if (key === "anomalies") {
    return feature.anomalies?.reduce((sum, each) => sum + (each.severity === "ERROR" ? 1000 : 1), 0) ?? null;
  }
  const first = firstFigures(feature, view);
  if (!first || key === "data" || key === "name") {
    return null;
  }
  if (key === "non-uniformity") {
    const even = evenness(barsOf(feature, { ...view, logValues: false })[0] ?? []);
    return even === null ? null : 1 - even;
  }
  if (key === "missing") {
    const rows = first.count + first.missing;
    return rows === 0 ? null : first.missing / rows;
  }
  return first[key] ?? (key === "zeros" && !isRanked(feature) ? 0 : null);
}

export interface Wanted {
  search: string;
  regex: boolean;
  /** Only columns of one of these kinds; all if empty. */
  kinds: ReadonlySet<string>;
}

/** The columns that are wanted, sorted; what has no figure comes last. A found field brings the struct it is in. */
export function arrange(features: readonly Feature[], wanted: Wanted, sorting: Sorting, view: View): Feature[] {
  const matches = matcher(wanted.search, wanted.regex) ?? (() => true);
  const found = features.filter(
    (each) => matches(each.name) && (wanted.kinds.size === 0 || kindsOf(each).some((kind) => wanted.kinds.has(kind))),
  );
  if (sorting.key === "data") {
    const names = new Set(found.flatMap((each) => [each.name, ...above(each)]));
    const kept = features.filter((each) => names.has(each.name));
    return sorting.descending ? kept.reverse() : kept;
  }
  const sign = sorting.descending ? -1 : 1;
  if (sorting.key === "name") {
    return found.sort((a, b) => sign * a.name.localeCompare(b.name, undefined, { numeric: true }));
  }
  const keys = new Map(found.map((each) => [each, keyOf(each, sorting.key, view)]));
  return found.sort((a, b) => {
    const [left, right] = [keys.get(a) ?? null, keys.get(b) ?? null];
    if (left === null || right === null) {
      return Number(left === null) - Number(right === null);
    }
    return sign * (left - right);
  });
}

/** The names of the structs that a field is in. */
function above({ path = [] }: Feature): string[] {
  return path.slice(0, -1).map((_, depth) => path.slice(0, depth + 1).join("."));
}
