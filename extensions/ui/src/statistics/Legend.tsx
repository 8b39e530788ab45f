/** The sets of rows: which there are, and which are in sight. */

import type { JSX } from "react";
import type { DatasetSummary, StatisticsData } from "../data.js";
import { formatCount, formatNumber } from "../format.js";
import type { Language } from "../text.js";
import { MOST_SETS, type View } from "./view.js";

interface LegendProps extends Language {
  data: StatisticsData;
  view: View;
  onView: (view: View) => void;
}

export function Legend({ data, view, onView, t, locale }: LegendProps): JSX.Element {
  const isMany = data.datasets.length > MOST_SETS;
  const show = (sets: number[]): void => {
    if (sets.length > 0) {
      onView({ ...view, sets: sets.sort((a, b) => a - b) });
    }
  };
  const toggle = (set: number): void => {
    show(view.sets.includes(set) ? view.sets.filter((each) => each !== set) : [...view.sets, set]);
  };
  const listed = data.datasets.flatMap((dataset, set) => (isMany && !view.sets.includes(set) ? [] : [{ dataset, set }]));
  const hidden = data.datasets.flatMap((dataset, set) => (view.sets.includes(set) ? [] : [{ dataset, set }]));
  return (
    <>
      {listed.map(({ dataset, set }) =>
        data.datasets.length === 1 ? (
          <span key={set} className="wbu-Legend">
            <Set dataset={dataset} set={set} t={t} locale={locale} />
          </span>
        ) : (
          <button
            key={set}
            type="button"
            className="wbu-Legend wbu-Link"
            aria-pressed={view.sets.includes(set)}
            title={t("Show or hide these rows")}
            onClick={() => { toggle(set); }}
          >
            <Set dataset={dataset} set={set} t={t} locale={locale} />
          </button>
        ),
      )}
      {isMany && view.sets.length < MOST_SETS ? (
        <select
          className="wbu-Field"
          aria-label={t("Add other rows")}
          value=""
          onChange={(event) => { show([...view.sets, Number(event.target.value)]); }}
        >
          <option value="" disabled>
            {t("by slice")}
          </option>
          {hidden.map(({ dataset, set }) => (
            <option key={set} value={set}>
              {dataset.name} · {formatCount(dataset.rows, locale)}
            </option>
          ))}
        </select>
      ) : null}
    </>
  );
}

function Set({ dataset, set, t, locale }: Language & { dataset: DatasetSummary; set: number }): JSX.Element {
  const { name, rows, weight, weighted_rows, sampled_from } = dataset;
  const facts = [
    sampled_from === undefined
      ? t(rows === 1 ? "%1 row" : "%1 rows", formatCount(rows, locale))
      : t("a sample: %1 of %2 rows", formatCount(rows, locale), formatCount(sampled_from, locale)),
    ...(weight === undefined ? [] : [t("weighted by %1, in all %2", weight, formatNumber(weighted_rows, locale))]),
  ];
  return (
    <>
      <span aria-hidden="true" className="wbu-Swatch" data-set={set % MOST_SETS} />
      <strong>{name}</strong> <span className="wbu-Faint">{facts.join(" · ")}</span>
    </>
  );
}
