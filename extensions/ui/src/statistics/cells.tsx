/** The figures in a row's cells. */

import type { JSX } from "react";
import type { Anomaly, ColumnStatistics, Feature, StatisticsData } from "../data.js";
import { formatCount, formatNumber, formatShare } from "../format.js";
import { formatDrift } from "../spans/model.js";
import type { Language, Translate } from "../text.js";
import { DRIFT } from "./order.js";
import { mostFrequent } from "./sentence.js";
import { ownNames, valuesIn, type View } from "./view.js";

const MANY_MISSING = 0.02;

type Pick = (stats: ColumnStatistics) => number | null | undefined;

/** The exact figure of each set, for the tooltip. */
export function exact(feature: Feature, data: StatisticsData, pick: Pick, show: (value: number) => string): string {
  return feature.stats
    .map((each, set) => {
      const value = each ? pick(each) : null;
      const text = value === null || value === undefined ? "–" : show(value);
      return feature.stats.length > 1 ? `${data.datasets[set]?.name ?? ""}: ${text}` : text;
    })
    .join("\n");
}

/** A count, or its share where shares are wanted. */
export function countOr(view: View, count: number, total: number, locale: string): string {
  return view.percent ? formatShare(count, total, locale) : formatCount(count, locale);
}

/** A count of distinct values, in three digits where it is not exact. */
export function about(count: number, approximate: boolean | undefined, { t, locale }: Language): string {
  return approximate ? t("about %1", formatCount(Number(count.toPrecision(3)), locale)) : formatCount(count, locale);
}

export function Figure({ text }: { text: string }): JSX.Element {
  return text === "0" || text === "–" ? <span className="wbu-Faint">{text}</span> : <>{text}</>;
}

export function Missing({ stats, locale }: { stats: ColumnStatistics; locale: string }): JSX.Element {
  const rows = stats.count + stats.missing;
  const text = formatShare(stats.missing, rows, locale);
  return stats.missing / (rows || 1) >= MANY_MISSING ? <span className="wbu-Warn">{text}</span> : <Figure text={text} />;
}

export function Unique({ stats, ...language }: Language & { stats: ColumnStatistics }): JSX.Element {
  const { unique } = stats;
  return <Figure text={unique === null || unique === undefined ? "–" : about(unique, stats.approximate, language)} />;
}

interface TopProps extends Language {
  feature: Feature;
  stats: ColumnStatistics | null;
  view: View;
}

/** What the values are like in a few words: the most frequent one, or what images and text say of themselves. */
export function Top({ feature, stats, view, t, locale }: TopProps): JSX.Element {
  const { images, words } = stats ?? {};
  if (images) {
    const kinds = Object.keys(images.formats).join(", ");
    const size = [images.widths, images.heights].map((each) => formatNumber(each[5], locale)).join(" × ");
    return (
      <>
        {kinds} <span className="wbu-Faint">{t("%1 pixels", size)}</span>
      </>
    );
  }
  if (words) {
    return (
      <>
        {formatNumber(words.mean, locale)} <span className="wbu-Faint">{t("words a value")}</span>{" "}
        <span className="wbu-Code">{words.top.slice(0, 4).map(([word]) => word).join(" ")}</span>
      </>
    );
  }
  const best = mostFrequent(feature, stats);
  if (!stats || !best) {
    return <span className="wbu-Faint">–</span>;
  }
  const [value, count] = best;
  return (
    <span title={value}>
      <span className="wbu-Code">{value === "" ? t("(empty)") : value}</span>{" "}
      <span className="wbu-Faint">{view.percent ? formatShare(count, valuesIn(stats), locale) : t("%1 times", formatCount(count, locale))}</span>
    </span>
  );
}

export function Drift({ drift, t, locale }: Language & { drift: number | null }): JSX.Element {
  if (drift === null) {
    return <span className="wbu-Faint">–</span>;
  }
  const meaning = t("Jensen–Shannon divergence, from 0 (the same) to 1");
  return drift >= DRIFT ? (
    <span className="wbu-Chip" data-tone="warn" title={`${meaning}: ${String(drift)}`}>
      {t("JSD %1", formatNumber(drift, locale, 2))}
    </span>
  ) : (
    <span className="wbu-Faint" title={`${meaning}: ${String(drift)}`}>
      {formatDrift(drift, locale)}
    </span>
  );
}

/** The heading over the figures of a set of rows: a word, or what tells it from the other sets. */
export function SetHeading({ data, set, word }: { data: StatisticsData; set: number; word: string | null }): JSX.Element {
  const names = data.datasets.map((each) => each.name);
  return (
    <th scope="col" title={names[set]}>
      {word ?? (
        <>
          <span aria-hidden="true" className="wbu-Swatch" data-set={set} />
          {ownNames(names)[set]}
        </>
      )}
    </th>
  );
}

/** The word and the glyph of a severity. */
export function Severity({ severity, t }: { severity: Anomaly["severity"]; t: Translate }): JSX.Element {
  const isError = severity === "ERROR";
  return (
    <span className="wbu-Severity" data-severity={severity}>
      <span aria-hidden="true">{isError ? "✕" : "!"}</span> {t(isError ? "error" : "warning")}
    </span>
  );
}

/** The worst anomaly of a column in one line, and how many more there are. */
export function Reason({ anomalies, t }: { anomalies: readonly Anomaly[]; t: Translate }): JSX.Element | null {
  const worst = anomalies.find((each) => each.severity === "ERROR") ?? anomalies[0];
  return worst ? (
    <span className="wbu-Reason" title={anomalies.map((each) => each.description).join("\n")}>
      <Severity severity={worst.severity} t={t} /> {t(worst.short)}
      {anomalies.length > 1 ? <span className="wbu-Faint"> {t("and %1 more", anomalies.length - 1)}</span> : null}
    </span>
  ) : null;
}
