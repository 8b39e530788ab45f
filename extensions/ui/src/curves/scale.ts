/** Curves as numbers: smoothing, thinning, ticks, groups. Pure. */

import type { CurveSeries, Point } from "../data.js";

/** An exponential mean without the bias of its start; gaps stay gaps. */
export function smooth(points: readonly Point[], weight: number): Point[] {
  if (weight <= 0) {
    return [...points];
  }
  let mean = 0;
  let mass = 0;
  return points.map(([step, value]): Point => {
    if (value === null) {
      return [step, null];
    }
    mean = weight * mean + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return [step, mean / mass];
  });
}

/** At most about `most` points, keeping the lowest and the highest of each stretch. */
export function thin(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) {
    return [...points];
  }
  const stretches = Math.max(1, Math.floor(most / 2));
  const kept = new Set<number>([0, points.length - 1]);
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const start = Math.floor((stretch * points.length) / stretches);
    const end = Math.floor(((stretch + 1) * points.length) / stretches);
    let low = -1;
    let high = -1;
    for (let index = start; index < end; index += 1) {
      const value = points[index]?.[1] ?? null;
      if (value === null) {
        kept.add(index);
        continue;
      }
      if (low < 0 || value < (points[low]?.[1] ?? Infinity)) {
        low = index;
      }
      if (high < 0 || value > (points[high]?.[1] ?? -Infinity)) {
        high = index;
      }
    }
    if (low >= 0) {
      kept.add(low).add(high);
    }
  }
  return points.filter((_, index) => kept.has(index));
}

/** Round values that divide a range into about `count` parts. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low)) {
    return [low];
  }
  const raw = (high - low) / count;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 2.5, 5, 10].find((each) => each * size >= raw * 0.75) ?? 10) * size;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** The decimals that every tick needs. */
export function decimals(values: readonly number[]): number {
  return values.reduce((most, each) => {
    const [, fraction = ""] = Math.abs(each).toFixed(8).replace(/0+$/, "").split(".");
    return Math.max(most, fraction.length);
  }, 0);
}

export interface Group {
  title: string;
  lines: { label: string; series: CurveSeries }[];
}

/** `train/loss` and `validation/loss` share a picture; what has no sibling stands alone. */
export function groupSeries(series: readonly CurveSeries[]): Group[] {
  const groups = new Map<string, CurveSeries[]>();
  for (const each of series) {
    const metric = each.key.split("/").at(-1) ?? each.key;
    groups.set(metric, [...(groups.get(metric) ?? []), each]);
  }
  return [...groups].map(([metric, members]) => {
    const [only] = members;
    return members.length === 1 && only
      ? { title: only.key.replaceAll("/", " / "), lines: [{ label: "", series: only }] }
      : {
          title: metric,
          lines: members.map((each) => ({ label: each.key.split("/").slice(0, -1).join("/") || metric, series: each })),
        };
  });
}

/** Places of labels moved apart so that none covers another, each as near its own as may be. */
export function spread(wanted: readonly number[], gap: number): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = [...wanted];
  for (let round = 0; round < 20; round += 1) {
    for (let index = 1; index < order.length; index += 1) {
      const [above = 0, below = 0] = [order[index - 1], order[index]];
      const lack = gap - ((placed[below] ?? 0) - (placed[above] ?? 0));
      if (lack > 0.01) {
        placed[above] = (placed[above] ?? 0) - lack / 2;
        placed[below] = (placed[below] ?? 0) + lack / 2;
      }
    }
  }
  return placed;
}
