/** Drift as numbers: shares between two spans, the bins that changed, the measures. Pure. */

import type { Language } from "../text.js";
import { binsOf, formatDrift, labelOf, UNIT, type SpanColumn, type SpansData } from "../spans/model.js";

export interface DriftColumn extends SpanColumn {
  /** What was measured from the first span to the last, by name. */
  measures: Readonly<Record<string, number>>;
}

export interface DriftData extends Omit<SpansData, "columns"> {
  columns: DriftColumn[];
  only_a?: string[];
  only_b?: string[];
}

/** The word for a measure, and the sentence that says what it is. */
export const MEASURES: Readonly<Record<string, readonly [string, string]>> = {
  jsd: ["JSD", "Jensen–Shannon divergence, from 0 (the same) to 1"],
  psi: ["PSI", "Population stability index; from 0.1 it is moderate, from 0.25 large"],
  l_infinity: ["L∞", "The greatest change of a bin's share"],
  ks: ["KS", "Kolmogorov–Smirnov: the greatest distance between the cumulative shares"],
  wasserstein_scaled: ["Wasserstein", "How far values moved on average, in standard deviations"],
  cramers_v: ["Cramér's V", "The size of the chi-square statistic, from 0 to 1"],
  q_value: ["q", "How likely a move like this is by chance, adjusted for the number of columns"],
};

/** From here on a measure is marked. */
const LARGE: Readonly<Record<string, number>> = { jsd: 0.1, psi: 0.25, l_infinity: 0.1, ks: 0.1, wasserstein_scaled: 0.25, cramers_v: 0.3 };

export function isLarge(measure: string, value: number | undefined): boolean {
  return value !== undefined && value >= (LARGE[measure] ?? Infinity);
}

/** The measures that some column has, in the order in which they are known. */
export function measuresOf(data: DriftData): string[] {
  const present = new Set(data.columns.flatMap((each) => Object.keys(each.measures)));
  return Object.keys(MEASURES).filter((each) => present.has(each));
}

/** The columns with every word of the search, the greatest first; of chance, the least likely. */
export function rankedBy(columns: readonly DriftColumn[], measure: string, search: string): DriftColumn[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const sign = measure === "q_value" ? -1 : 1;
  const key = (column: DriftColumn): number => sign * (column.measures[measure] ?? -sign * Infinity);
  return columns.filter((each) => words.every((word) => each.name.toLowerCase().includes(word))).sort((a, b) => key(b) - key(a) || a.name.localeCompare(b.name));
}

/** The share of each bin, and of the missing at the end, at a place between spans, from 0 to 1. */
export function sharesAt(column: SpanColumn, at: number): number[] {
  const left = Math.min(column.shares.length - 1, Math.max(0, Math.floor(at)));
  const right = Math.min(column.shares.length - 1, left + 1);
  const way = at - left;
  const whole = (span: number): number[] => [...(column.shares[span] ?? []), column.missing[span] ?? 0];
  const after = whole(right);
  return whole(left).map((share, bin) => (share + ((after[bin] ?? 0) - share) * way) / UNIT);
}

export interface Change {
  bin: number;
  label: string;
  before: number;
  after: number;
}

/** The bins whose share changed from the first span to the last, the greatest change first. */
export function changesOf(column: SpanColumn, language: Pick<Language, "t">): Change[] {
  const [before, after] = [sharesAt(column, 0), sharesAt(column, column.shares.length - 1)];
  return before
    .map((share, bin) => ({ bin, label: bin === binsOf(column) ? language.t("missing") : labelOf(column, bin, language), before: share, after: after[bin] ?? 0 }))
    .filter((each) => each.before !== each.after)
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before));
}

/** The greatest share of a bin in any span: the height of the pictures. */
export function tallest(column: SpanColumn): number {
  return column.shares.reduce((high, _, span) => Math.max(high, ...sharesAt(column, span)), 1e-4);
}

/** The outline of bars from left to right, with a gap before the bin of the missing. */
export function outline(shares: readonly number[], x: (bin: number) => number, y: (share: number) => number, width: number, missing: number): string {
  return shares.map((share, bin) => `${bin === 0 || bin === missing ? "M" : "L"}${x(bin).toFixed(1)},${y(share).toFixed(1)}L${(x(bin) + width).toFixed(1)},${y(share).toFixed(1)}`).join("");
}

/** A measure as it is read: a probability is never nothing. */
export function formatMeasure(measure: string, value: number | undefined, locale: string): string {
  if (value === undefined) {
    return "–";
  }
  return measure === "q_value" && value < 0.001 ? "<0.001" : formatDrift(value, locale);
}
