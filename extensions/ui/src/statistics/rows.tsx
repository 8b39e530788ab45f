/** One row a column: its figures of the first set, the others' on hover. */

import { memo, type JSX } from "react";
import type { ColumnStatistics, Feature, StatisticsData } from "../data.js";
import { formatCount, formatNumber, formatShare, formatTime } from "../format.js";
import type { Language } from "../text.js";
import { Histogram } from "./Histogram.js";
import { DRIFT, sectionOf } from "./order.js";

interface RowProps extends Language {
  feature: Feature;
  data: StatisticsData;
  log: boolean;
  index: number;
  open: boolean;
  onToggle: (name: string) => void;
}

const MANY_MISSING = 0.02;

export const FeatureRow = memo(function FeatureRow(props: RowProps): JSX.Element {
  const { feature, data, log, index, open, onToggle, t, locale } = props;
  const section = sectionOf(feature);
  const stats = feature.stats.find((each): each is ColumnStatistics => each !== null);
  const shown = (pick: (each: ColumnStatistics) => number | null | undefined, show = formatNumber): JSX.Element => (
    <td title={exact(feature, data, pick, section === "time" ? (value) => formatTime(value, locale) : String)}>
      <Figure text={stats ? show(pick(stats), locale) : "–"} />
    </td>
  );
  const role = feature.role;
  return (
    <tr aria-rowindex={index}>
      <th scope="row">
        <button type="button" className="wbu-Link wbu-Name" aria-expanded={open} title={feature.name} onClick={() => { onToggle(feature.name); }}>
          {feature.name}
        </button>{" "}
        <span className="wbu-Faint">{t(feature.type.toLowerCase())}</span>
        {role ? (
          <>
            {" "}
            <span className="wbu-Chip" data-tone={role === "label" ? "brand" : undefined}>
              {t(role)}
            </span>
          </>
        ) : null}
      </th>
      <td title={exact(feature, data, (each) => each.missing, (value) => formatCount(value, locale))}>
        {stats ? <Missing stats={stats} locale={locale} /> : "–"}
      </td>
      {section === "numeric" ? (
        <>
          <td title={exact(feature, data, (each) => each.zeros, (value) => formatCount(value, locale))}>
            <Figure text={stats ? formatShare(stats.zeros ?? 0, stats.count, locale) : "–"} />
          </td>
          {shown((each) => each.mean)}
          {shown((each) => each.std)}
          {shown((each) => each.min)}
          {shown((each) => each.median)}
          {shown((each) => each.max)}
        </>
      ) : null}
      {section === "time" ? (
        <>
          <td colSpan={2}>{stats ? <Unique stats={stats} t={t} locale={locale} /> : null}</td>
          <td colSpan={2} className="wbu-Left" title={exact(feature, data, (each) => each.min, (value) => formatTime(value, locale))}>
            {formatTime(stats?.min, locale)}
          </td>
          <td colSpan={2} className="wbu-Left" title={exact(feature, data, (each) => each.max, (value) => formatTime(value, locale))}>
            {formatTime(stats?.max, locale)}
          </td>
        </>
      ) : null}
      {section === "categorical" ? (
        <>
          <td colSpan={2}>{stats ? <Unique stats={stats} t={t} locale={locale} /> : null}</td>
          <td colSpan={4} className="wbu-Left wbu-Clip">
            <Top stats={stats} t={t} locale={locale} />
          </td>
        </>
      ) : null}
      <td className="wbu-Left">
        <Histogram feature={feature} log={log} t={t} locale={locale} />
      </td>
      <td>
        <Drift drift={feature.drift} t={t} locale={locale} />
      </td>
    </tr>
  );
});

/** The exact figure of each set, for the tooltip. */
function exact(
  feature: Feature,
  data: StatisticsData,
  pick: (each: ColumnStatistics) => number | null | undefined,
  show: (value: number) => string,
): string {
  return feature.stats
    .map((each, set) => {
      const value = each ? pick(each) : null;
      const text = value === null || value === undefined ? "–" : show(value);
      return feature.stats.length > 1 ? `${data.datasets[set]?.name ?? ""}: ${text}` : text;
    })
    .join("\n");
}

function Figure({ text }: { text: string }): JSX.Element {
  return text === "0" || text === "–" ? <span className="wbu-Faint">{text}</span> : <>{text}</>;
}

function Missing({ stats, locale }: { stats: ColumnStatistics; locale: string }): JSX.Element {
  const rows = stats.count + stats.missing;
  const text = formatShare(stats.missing, rows, locale);
  return stats.missing / (rows || 1) >= MANY_MISSING ? <span className="wbu-Warn">{text}</span> : <Figure text={text} />;
}

function Unique({ stats, t, locale }: Language & { stats: ColumnStatistics }): JSX.Element {
  const count = stats.unique;
  return count === null || count === undefined ? (
    <span className="wbu-Faint">–</span>
  ) : (
    <>
      {formatCount(count, locale)} <span className="wbu-Faint">{t("unique")}</span>
    </>
  );
}

function Top({ stats, t, locale }: Language & { stats: ColumnStatistics | undefined }): JSX.Element {
  const [value, count] = stats?.top?.[0] ?? [];
  return count === undefined ? (
    <span className="wbu-Faint">–</span>
  ) : (
    <span title={String(value)}>
      <span className="wbu-Code">{String(value)}</span> <span className="wbu-Faint">{t("%1 times", formatCount(count, locale))}</span>
    </span>
  );
}

function Drift({ drift, t, locale }: Language & { drift: number | null | undefined }): JSX.Element | null {
  if (drift === null || drift === undefined) {
    return <span className="wbu-Faint">–</span>;
  }
  const meaning = t("Jensen–Shannon divergence, from 0 (the same) to 1");
  return drift >= DRIFT ? (
    <span className="wbu-Chip" data-tone="warn" title={meaning}>
      {t("JSD %1", formatNumber(drift, locale, 2))}
    </span>
  ) : (
    <span className="wbu-Faint" title={`${meaning}: ${String(drift)}`}>
      {drift.toLocaleString(locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 })}
    </span>
  );
}
