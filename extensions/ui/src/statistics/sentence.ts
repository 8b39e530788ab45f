/** What a column's picture shows, for those who do not see it. */

import type { ColumnStatistics, Feature } from "../data.js";
import { formatNumber, formatShare, formatTime } from "../format.js";
import type { Language } from "../text.js";
import { edgesOf, hasDeciles, isRanked } from "./shapes.js";
import { firstFigures, valuesIn, type View } from "./view.js";

export function sentence(feature: Feature, view: View, { t, locale }: Language): string {
  const stats = firstFigures(feature, view);
  const show = shower(feature, locale);
  if (!stats || stats.count === 0) {
    return t("%1: no values.", feature.name);
  }
  if (view.chart === "lengths") {
    const [list] = stats.lists ?? [];
    return list
      ? t("%1: lists of %2 to %3 values.", feature.name, formatNumber(list.min, locale), formatNumber(list.max, locale))
      : t("%1: no lists.", feature.name);
  }
  if (hasDeciles(feature, view) && stats.quantiles?.length) {
    const [low, middle, high] = [stats.quantiles[1], stats.quantiles[5], stats.quantiles[9]].map((each) => show(each));
    return t("%1: half of the values lie below %2, the middle eight tenths between %3 and %4.", feature.name, middle ?? "", low ?? "", high ?? "");
  }
  return isRanked(feature) ? ofValues(feature, stats, { t, locale }) : ofBars(feature, stats, view, { t, locale });
}

/** How a value of the column is written. */
export function shower(feature: Feature, locale: string): (value: number | null | undefined) => string {
  return (value) => (feature.type === "TIME" ? formatTime(value, locale) : formatNumber(value, locale));
}

/** The most frequent value of a set of rows, and how often it occurs. */
export function mostFrequent(feature: Feature, stats: ColumnStatistics | null): [value: string, count: number] | null {
  let best: [string, number] | null = null;
  (stats?.counts ?? []).forEach((count, place) => {
    if (count !== null && count > (best?.[1] ?? 0)) {
      best = [feature.values?.[place] ?? "", count];
    }
  });
  return best;
}

function ofValues(feature: Feature, stats: ColumnStatistics, { t, locale }: Language): string {
  const best = mostFrequent(feature, stats);
  return best
    ? t("%1: %2 is the most frequent value, with %3 of the rows.", feature.name, best[0], formatShare(best[1], valuesIn(stats), locale))
    : t("%1: values without a picture.", feature.name);
}

/** The fewest bars that hold over half of the values. */
function ofBars(feature: Feature, stats: ColumnStatistics, view: View, { t, locale }: Language): string {
  const edges = edgesOf(feature, { ...view, logValues: false });
  const bars = (stats.bars ?? []).map((count, place) => ({ count, low: edges[place] ?? 0, high: edges[place + 1] ?? 0 }));
  const total = bars.reduce((sum, each) => sum + each.count, 0);
  const kept: typeof bars = [];
  let held = 0;
  for (const bar of bars.sort((a, b) => b.count - a.count)) {
    if (held > total / 2 || bar.count === 0) {
      break;
    }
    kept.push(bar);
    held += bar.count;
  }
  if (kept.length === 0) {
    return t("%1: values without a picture.", feature.name);
  }
  const show = shower(feature, locale);
  const [low, high] = [Math.min(...kept.map((bar) => bar.low)), Math.max(...kept.map((bar) => bar.high))];
  return t("%1: most rows (%2) lie between %3 and %4.", feature.name, formatShare(held, total, locale), show(low), show(high));
}
