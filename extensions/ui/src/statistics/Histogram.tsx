/** One column's distribution in a cell: the first set of rows filled, the others outlined. */

import type { JSX } from "react";
import type { ColumnStatistics, Feature } from "../data.js";
import { formatNumber, formatShare, formatTime } from "../format.js";
import type { Language } from "../text.js";
import { sectionOf } from "./order.js";

interface Bar {
  low: number;
  high: number;
  share: number;
}

const RANKS = 30;
const TONES = ["var(--wbu-c1)", "var(--wbu-c2)", "var(--wbu-c3)", "var(--wbu-c4)", "var(--wbu-c5)"];

/** Bars from 0 to 1 wide: of equal value ranges, or of the values by rank of the first set. */
export function barsOf(feature: Feature): Bar[][] {
  const isRanked = sectionOf(feature) === "categorical";
  const order = (feature.stats.find((each) => each?.top?.length)?.top ?? []).slice(0, RANKS).map(([value]) => String(value));
  const all = feature.stats.flatMap((each) => each?.histogram ?? []);
  const low = Math.min(...all.map((bar) => bar.low));
  const span = Math.max(...all.map((bar) => bar.high)) - low || 1;
  return feature.stats.map((stats) => {
    if (!stats) {
      return [];
    }
    const total = stats.count || 1;
    if (isRanked) {
      // Of a long list only its head is known: what is not in it is rare, not absent.
      const isComplete = stats.unique === undefined || stats.unique === null || (stats.top ?? []).length >= stats.unique;
      const counts = new Map((stats.top ?? []).map(([value, count]) => [String(value), count]));
      return order.map((value, rank) => ({
        low: rank / order.length,
        high: (rank + 1) / order.length,
        share: (counts.get(value) ?? (isComplete ? 0 : NaN)) / total,
      }));
    }
    return (stats.histogram ?? []).map((bar) => ({
      low: (bar.low - low) / span,
      high: bar.high === bar.low ? 1 : (bar.high - low) / span,
      share: bar.count / total,
    }));
  });
}

/** What the picture shows, for those who do not see it. */
export function sentence(feature: Feature, { t, locale }: Language): string {
  const stats = feature.stats.find((each): each is ColumnStatistics => each !== null);
  if (!stats || stats.count === 0) {
    return t("%1: no values.", feature.name);
  }
  if (sectionOf(feature) === "categorical") {
    const [value, count] = stats.top?.[0] ?? ["", 0];
    return t("%1: %2 is the most frequent value, with %3 of the rows.", feature.name, String(value), formatShare(count, stats.count, locale));
  }
  const bars = [...(stats.histogram ?? [])].sort((a, b) => b.count - a.count);
  const kept: typeof bars = [];
  let sum = 0;
  for (const bar of bars) {
    if (sum > stats.count / 2) {
      break;
    }
    kept.push(bar);
    sum += bar.count;
  }
  const show = (value: number): string => (feature.type === "TIME" ? formatTime(value, locale) : formatNumber(value, locale));
  const low = Math.min(...kept.map((bar) => bar.low));
  const high = Math.max(...kept.map((bar) => bar.high));
  return kept.length === 0
    ? t("%1: no values.", feature.name)
    : t("%1: most rows (%2) lie between %3 and %4.", feature.name, formatShare(sum, stats.count, locale), show(low), show(high));
}

interface HistogramProps extends Language {
  feature: Feature;
  log: boolean;
  width?: number;
  height?: number;
}

export function Histogram({ feature, log, width = 190, height = 32, ...language }: HistogramProps): JSX.Element {
  const sets = barsOf(feature);
  const most = Math.max(...sets.flat().flatMap((bar) => (bar.share > 0 ? [bar.share] : [])), 1e-12);
  const rows = Math.max(...feature.stats.map((each) => each?.count ?? 0), 1);
  const tall = (share: number): number =>
    height * (log ? Math.log1p(share * rows) / Math.log1p(most * rows) : share / most);
  const [first = [], ...others] = sets;
  const isCompared = others.length > 0;
  return (
    <svg className="wbu-Histogram" width={width} height={height} viewBox={`0 0 ${String(width)} ${String(height)}`} role="img" aria-label={sentence(feature, language)} preserveAspectRatio="none">
      {first.map((bar, index) => {
        const [x, h] = [bar.low * width, tall(bar.share)];
        const wide = (bar.high - bar.low) * width;
        return h > 0 ? (
          <rect key={index} x={x} y={height - Math.max(h, 0.6)} width={Math.max(wide - (wide > 3 ? 1 : 0), 0.8)} height={Math.max(h, 0.6)} fill="var(--wbu-fill)" opacity={isCompared ? 0.85 : 1} />
        ) : null;
      })}
      {others.map((bars, set) => (
        <path key={set} d={outline(bars, width, height, tall)} fill="none" stroke={TONES[(set + 1) % TONES.length]} strokeWidth={1.5} />
      ))}
    </svg>
  );
}

function outline(bars: readonly Bar[], width: number, height: number, tall: (share: number) => number): string {
  let isDrawing = false;
  return bars
    .map((bar) => {
      if (Number.isNaN(bar.share)) {
        isDrawing = false;
        return "";
      }
      const y = Math.max(height - tall(bar.share), 0.75).toFixed(2);
      const pen = isDrawing ? "L" : "M";
      isDrawing = true;
      return `${pen}${(bar.low * width).toFixed(2)},${y}L${(bar.high * width).toFixed(2)},${y}`;
    })
    .join("");
}
