/** How the columns are drawn. */

import { useMemo, type JSX } from "react";
import type { StatisticsData } from "../data.js";
import type { Language } from "../text.js";
import type { ChartKind, View } from "./view.js";

interface ViewControlsProps extends Language {
  data: StatisticsData;
  view: View;
  onView: (view: View) => void;
  tab: "columns" | "pairs";
  onTab: (tab: "columns" | "pairs") => void;
}

type Switch = "logCounts" | "logValues" | "percent" | "weighted" | "sameScale" | "large";

const SWITCHES: readonly [Switch, word: string, meaning: string][] = [
  ["logCounts", "log", "Logarithmic heights"],
  ["logValues", "log x", "Logarithmic values"],
  ["percent", "%", "Shares instead of counts"],
  ["sameScale", "one scale", "The same heights for all columns"],
  ["weighted", "weighted", "A row counts as much as it weighs"],
  ["large", "large", "Large pictures"],
];

const CHARTS: readonly [ChartKind, string][] = [
  ["bars", "bars"],
  ["cumulative", "cumulative"],
  ["quantiles", "deciles"],
  ["lengths", "values a list"],
];

export function ViewControls({ data, view, onView, tab, onTab, t }: ViewControlsProps): JSX.Element {
  const has = useMemo(() => {
    const all = data.features.flatMap((each) => each.stats);
    return { lists: all.some((each) => each?.lists?.length), weights: all.some((each) => each?.weighted) };
  }, [data]);
  const charts = CHARTS.filter(([kind]) => kind !== "lengths" || has.lists);
  const switches = SWITCHES.filter(([name]) => name !== "weighted" || has.weights);
  return (
    <>
      {data.pairs ? (
        <button type="button" className="wbu-Toggle" aria-pressed={tab === "pairs"} onClick={() => { onTab(tab === "pairs" ? "columns" : "pairs"); }}>
          {t("pairs")}
        </button>
      ) : null}
      {tab === "pairs" ? null : (
        <>
          <select className="wbu-Field" aria-label={t("Chart")} value={view.chart} onChange={(event) => { onView({ ...view, chart: event.target.value as ChartKind }); }}>
            {charts.map(([kind, word]) => (
              <option key={kind} value={kind}>
                {t(word)}
              </option>
            ))}
          </select>
          {switches.map(([name, word, meaning]) => (
            <button
              key={name}
              type="button"
              className="wbu-Toggle"
              aria-pressed={view[name]}
              title={t(meaning)}
              onClick={() => { onView({ ...view, [name]: !view[name] }); }}
            >
              {t(word)}
            </button>
          ))}
        </>
      )}
    </>
  );
}
