/** A column in full under its row: the large picture, and the table behind it. */

import type { JSX } from "react";
import type { Feature, StatisticsData } from "../data.js";
import { formatCount, formatNumber, formatShare, formatTime } from "../format.js";
import type { Language } from "../text.js";
import { Histogram } from "./Histogram.js";
import { sectionOf } from "./order.js";

const SHOWN = 12;

interface DetailsProps extends Language {
  feature: Feature;
  data: StatisticsData;
  log: boolean;
}

export function Details({ feature, data, log, t, locale }: DetailsProps): JSX.Element {
  const isRanked = sectionOf(feature) === "categorical";
  const show = (value: number): string => (feature.type === "TIME" ? formatTime(value, locale) : formatNumber(value, locale));
  const first = feature.stats.find((each) => each !== null);
  const lines = isRanked
    ? (first?.top ?? []).slice(0, SHOWN).map(([value]) => String(value))
    : (first?.histogram ?? []).map((bar) => `${show(bar.low)} … ${show(bar.high)}`);
  const countOf = (set: number, line: number): number | null => {
    const stats = feature.stats[set];
    return isRanked
      ? ((stats?.top ?? []).find(([value]) => String(value) === lines[line])?.[1] ?? ((stats?.top?.length ?? 0) >= (stats?.unique ?? 0) ? 0 : null))
      : (stats?.histogram?.[line]?.count ?? 0);
  };
  return (
    <div className="wbu-Details">
      <div className="wbu-Details-picture">
        <Histogram feature={feature} log={log} width={520} height={180} t={t} locale={locale} />
        {isRanked ? null : (
          <div className="wbu-Details-axis wbu-Faint">
            <span>{show(first?.histogram?.[0]?.low ?? NaN)}</span>
            <span>{show(first?.histogram?.[(first.histogram.length || 1) - 1]?.high ?? NaN)}</span>
          </div>
        )}
      </div>
      <div className="wbu-Details-table" tabIndex={0} role="region" aria-label={t("Figures of %1", feature.name)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("value")}</th>
              {data.datasets.map((each, set) => (
                <th key={set} scope="col">
                  {each.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map((line, index) => (
              <tr key={index}>
                <th scope="row" className={isRanked ? "wbu-Code" : undefined}>
                  {line}
                </th>
                {data.datasets.map((_, set) => {
                  const count = countOf(set, index);
                  return (
                    <td key={set} title={count === null ? undefined : formatShare(count, feature.stats[set]?.count ?? 0, locale)}>
                      {!count ? <span className="wbu-Faint">{count === null ? "–" : "0"}</span> : formatCount(count, locale)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
