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

/** The bounds of a column's bars: as wide as each other, or as they look on a logarithmic axis. */
export function edgesOf(feature: Feature, view: View): number[] {
  if (feature.edges) {
    return feature.edges;
  }
  const { range } = feature;
  const count = feature.stats.reduce((most, each) => Math.max(most, each?.bars?.length ?? 0), 0);
  if (!range || count === 0) {
    return [];
  }
  const { bend, back } = bending(range[0], range[1], isBent(feature, view), feature.unit);
  const [low, high] = [bend(range[0]), bend(range[1])];
  return Array.from({ length: count + 1 }, (_, place) => back(low * (1 - place / count) + high * (place / count)));
}

/** How often each bar, or each value, of a set occurs; null where nobody knows. */
export function countsOf(feature: Feature, set: number, view: View): readonly (number | null)[] {
  const stats = figuresOf(feature, set, view);
  return (isRanked(feature) ? stats?.counts : isBent(feature, view) ? stats?.bent_bars : stats?.bars) ?? [];
}

/** Whether a column has bars made for a logarithmic axis, and they are wanted. */
function isBent(feature: Feature, view: View): boolean {
  return view.logValues && !view.weighted && feature.stats.some((each) => each?.bent_bars);
}

/** A scale that is logarithmic on both sides of 0, and straight near it. */
function bending(low: number, high: number, log: boolean, own?: number): { bend: (value: number) => number; back: (value: number) => number } {
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const unit = log ? (own ?? most / 1000) : most;
  return log
    ? {
        bend: (value) => Math.sign(value) * Math.log1p(Math.abs(value) / unit),
        back: (place) => Math.sign(place) * Math.expm1(Math.abs(place)) * unit,
      }
    : { bend: (value) => value / unit, back: (place) => place * unit };
}

/** Where values stand between the ends of an axis, from 0 to 1. */
export function axis(low: number, high: number, log: boolean, unit?: number): (value: number) => number {
  const { bend } = bending(low, high, log, unit);
  const [from, to] = [bend(low), bend(high)];
  return (value) => (to > from ? Math.min(1, Math.max(0, (bend(value) - from) / (to - from))) : 0.5);
}

/** From where to where a column's picture goes. */
export function reachOf(feature: Feature, view: View): [low: number, high: number] | null {
  const known = hasDeciles(feature, view) ? view.sets.flatMap((set) => quantilesOf(feature, set, view)) : edgesOf(feature, view);
  return known.length === 0 ? null : [Math.min(...known), Math.max(...known)];
}

/** Whether a picture's axis is one of times. */
export function isOfTimes(feature: Feature, view: View): boolean {
  return feature.type === "TIME" && view.chart !== "lengths";
}

/** The axis of a column's picture. */
export function axisOf(feature: Feature, view: View): (value: number) => number {
  const [low, high] = reachOf(feature, view) ?? [0, 1];
  return axis(low, high, view.logValues && !isOfTimes(feature, view), view.chart === "lengths" ? undefined : feature.unit);
}

/** As many values as have room in a picture; a table has them all. */
const RANKS = 20;

/** The bars of each set in sight, over one another. */
export function barsOf(feature: Feature, view: View): Bar[][] {
  const places = isRanked(feature)
    ? (feature.values ?? []).slice(0, RANKS).map((_, rank, { length }): [number, number] => [rank / length, (rank + 1) / length])
    : neighbours(edgesOf(feature, view).map(axisOf(feature, view)));
  return view.sets.map((set) => {
    const stats = figuresOf(feature, set, view);
    const counts = countsOf(feature, set, view);
    const total = stats ? valuesIn(stats) : 0;
    return counts.length
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
