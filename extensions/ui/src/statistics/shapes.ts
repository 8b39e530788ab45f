/** What a column's picture is made of, 1 wide and 1 high. Pure. */

import type { Feature } from "../data.js";
import { figuresOf, valuesIn, type View } from "./view.js";

/** A bar from `low` to `high` of the width; what share of the values is in it, or NaN where nobody knows. */
export interface Bar {
  low: number;
  high: number;
  share: number;
}

/** Whether a column is drawn by its values' ranks rather than along an axis. */
export function isRanked(feature: Feature): boolean {
  return feature.categorical === true || feature.type === "STRING" || feature.type === "BOOL" || feature.type === "BYTES";
}

/** The bounds of a column's bars. */
export function edgesOf(feature: Feature): number[] {
  if (feature.edges) {
    return feature.edges;
  }
  const count = feature.stats.reduce((most, each) => Math.max(most, each?.bars?.length ?? 0), 0);
  const { range } = feature;
  return range && count > 0 ? Array.from({ length: count + 1 }, (_, place) => range[0] * (1 - place / count) + range[1] * (place / count)) : [];
}

/** Where values stand between the ends of an axis, from 0 to 1. */
export function axis(low: number, high: number, log: boolean): (value: number) => number {
  const unit = Math.max(Math.abs(low), Math.abs(high)) / 1000 || 1;
  const bend = (value: number): number => (log ? Math.sign(value) * Math.log1p(Math.abs(value) / unit) : value / unit);
  const [from, to] = [bend(low), bend(high)];
  return (value) => (to > from ? Math.min(1, Math.max(0, (bend(value) - from) / (to - from))) : 0.5);
}

/** From where to where a column's picture goes. */
export function reachOf(feature: Feature, view: View): [low: number, high: number] | null {
  const known = hasDeciles(feature, view) ? view.sets.flatMap((set) => quantilesOf(feature, set, view)) : edgesOf(feature);
  return known.length === 0 ? null : [Math.min(...known), Math.max(...known)];
}

/** Whether a picture's axis is one of times. */
export function isOfTimes(feature: Feature, view: View): boolean {
  return feature.type === "TIME" && view.chart !== "lengths";
}

/** The axis of a column's picture. */
export function axisOf(feature: Feature, view: View): (value: number) => number {
  const [low, high] = reachOf(feature, view) ?? [0, 1];
  return axis(low, high, view.logValues && !isOfTimes(feature, view));
}

/** As many values as have room in a picture; a table has them all. */
const RANKS = 20;

/** The bars of each set in sight, over one another. */
export function barsOf(feature: Feature, view: View): Bar[][] {
  const places = isRanked(feature)
    ? (feature.values ?? []).slice(0, RANKS).map((_, rank, { length }): [number, number] => [rank / length, (rank + 1) / length])
    : neighbours(edgesOf(feature).map(axisOf(feature, view)));
  return view.sets.map((set) => {
    const stats = figuresOf(feature, set, view);
    const counts: readonly (number | null)[] | undefined = isRanked(feature) ? stats?.counts : stats?.bars;
    const total = stats ? valuesIn(stats) : 0;
    return counts?.length
      ? places.map(([low, high], place) => ({ low, high, share: (counts[place] ?? NaN) / (total || 1) }))
      : [];
  });
}

/** The share of values up to each bar's end. */
export function cumulated(bars: readonly Bar[]): Bar[] {
  let sum = 0;
  return bars.map((bar) => {
    sum += Number.isNaN(bar.share) ? 0 : bar.share;
    return { ...bar, share: Math.min(1, sum) };
  });
}

/** The deciles of each set in sight, on one axis; of the values, or of how many values the lists hold. */
export function decilesOf(feature: Feature, view: View): number[][] {
  const place = axisOf(feature, view);
  return view.sets.map((set) => quantilesOf(feature, set, view).map(place));
}

function quantilesOf(feature: Feature, set: number, view: View): number[] {
  const stats = figuresOf(feature, set, view);
  return (view.chart === "lengths" ? stats?.lists?.[0]?.quantiles : stats?.quantiles) ?? [];
}

/** Whether the view's chart says something of this column; else its bars do. */
export function hasDeciles(feature: Feature, view: View): boolean {
  return view.chart === "lengths" || (view.chart === "quantiles" && feature.stats.some((each) => (each?.quantiles?.length ?? 0) > 0));
}

/** How evenly the values are spread over a set's bars: 1 for all alike, 0 for a single one. */
export function evenness(bars: readonly Bar[]): number | null {
  const shares = bars.flatMap(({ share }) => (share > 0 ? [share] : []));
  const total = shares.reduce((sum, each) => sum + each, 0);
  if (total === 0) {
    return null;
  }
  const entropy = shares.reduce((sum, each) => sum - (each / total) * Math.log(each / total), 0);
  return bars.length > 1 ? entropy / Math.log(bars.length) : 0;
}

/** The greatest Jensen–Shannon divergence, in bits, of another set's bars from the first's. */
export function distance(sets: readonly Bar[][]): number | null {
  const [first = [], ...others] = sets;
  const found = others.filter((bars) => bars.length > 0 && first.length > 0).map((bars) => divergence(first, bars));
  return found.length === 0 ? null : Math.max(...found);
}

function divergence(a: readonly Bar[], b: readonly Bar[]): number {
  const bits = (share: number, middle: number): number => (share > 0 ? share * Math.log2(share / middle) : 0);
  let sum = 0;
  let [restA, restB] = [1, 1];
  const add = (p: number, q: number): void => {
    sum += (bits(p, (p + q) / 2) + bits(q, (p + q) / 2)) / 2;
  };
  a.forEach(({ share }, place) => {
    const [p, q] = [share || 0, b[place]?.share ?? 0].map((each) => (Number.isNaN(each) ? 0 : each)) as [number, number];
    add(p, q);
    restA -= p;
    restB -= q;
  });
  add(Math.max(0, restA), Math.max(0, restB)); // the values beyond the most frequent, taken as one
  return Math.min(1, Math.max(0, sum));
}

function neighbours(edges: readonly number[]): [number, number][] {
  return edges.slice(1).map((high, place) => [edges[place] ?? 0, high]);
}
