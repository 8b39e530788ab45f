/** How the columns are looked at: what the toolbar sets and every row follows. */

import type { ColumnStatistics, Feature, StatisticsData } from "../data.js";

export type ChartKind = "bars" | "cumulative" | "quantiles" | "lengths";

export interface View {
  chart: ChartKind;
  /** Whether heights grow with the logarithm of the count. */
  logCounts: boolean;
  /** Whether the values' axis is logarithmic, on both sides of 0. */
  logValues: boolean;
  percent: boolean;
  weighted: boolean;
  /** Whether the heights of all columns have one scale. */
  sameScale: boolean;
  large: boolean;
  /** The sets of rows in sight, by number. */
  sets: readonly number[];
}

/** More sets than there are colours are chosen one by one. */
export const MOST_SETS = 5;

export function firstView(data: StatisticsData): View {
  const sets = data.datasets.map((_, set) => set);
  return {
    chart: "bars",
    logCounts: false,
    logValues: false,
    percent: false,
    weighted: false,
    sameScale: false,
    large: false,
    sets: sets.length > MOST_SETS ? sets.slice(0, 1) : sets,
  };
}

/** A set's figures as the view wants them: weighted ones take the place of the others. */
export function figuresOf(feature: Feature, set: number, view: View): ColumnStatistics | null {
  const stats = feature.stats[set] ?? null;
  return stats && view.weighted && stats.weighted ? { ...stats, ...stats.weighted } : stats;
}

/** The figures that a row shows: those of the first set in sight that has the column. */
export function firstFigures(feature: Feature, view: View): ColumnStatistics | null {
  for (const set of view.sets) {
    const stats = figuresOf(feature, set, view);
    if (stats) {
      return stats;
    }
  }
  return null;
}

/** How many values there are: of lists, those in all of them together. */
export function valuesIn(stats: ColumnStatistics): number {
  return stats.lists?.at(-1)?.total ?? stats.count;
}

/** What tells sets of rows apart: their names without the dataset, or the version, that all of them share. */
export function ownNames(names: readonly string[]): readonly string[] {
  const [first = "", ...others] = names;
  let end = 0;
  while (end < first.length && others.every((each) => each[end] === first[end])) {
    end += 1;
  }
  const shared = others.length > 0 ? first.slice(0, end) : "";
  const start = shared.includes("/") ? shared.lastIndexOf("/") + 1 : Math.max(0, shared.indexOf("@"));
  return names.some((each) => each.length === start) ? names : names.map((each) => each.slice(start));
}
