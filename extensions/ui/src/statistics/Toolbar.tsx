/** What is shown, of which rows, in which order, and drawn how. */

import { useMemo, type JSX } from "react";
import type { StatisticsData } from "../data.js";
import { formatCount } from "../format.js";
import { CodeButton } from "../Frame.js";
import type { Language } from "../text.js";
import { ViewControls } from "./ViewControls.js";
import { Legend } from "./Legend.js";
import { countKinds, DRIFT, driftOf, matcher, type SortKey, type Sorting, type Wanted } from "./order.js";
import type { View } from "./view.js";

export interface ToolbarProps extends Language {
  data: StatisticsData;
  /** How many columns are left. */
  shown: number;
  wanted: Wanted;
  onWanted: (wanted: Wanted) => void;
  sorting: Sorting;
  onSorting: (sorting: Sorting) => void;
  view: View;
  onView: (view: View) => void;
  tab: "columns" | "pairs";
  onTab: (tab: "columns" | "pairs") => void;
  code: string | undefined;
  onInsertCode: ((code: string) => void) | undefined;
}

const SORTS: readonly [SortKey, string][] = [
  ["data", "data order"],
  ["name", "name"],
  ["anomalies", "anomalies"],
  ["drift", "drift"],
  ["non-uniformity", "non-uniformity"],
  ["missing", "missing"],
  ["zeros", "zeros"],
  ["unique", "unique"],
  ["mean", "mean"],
  ["std", "std"],
  ["min", "min"],
  ["median", "median"],
  ["max", "max"],
];

export function Toolbar(props: ToolbarProps): JSX.Element {
  const { data, shown, view, code, onInsertCode, t, locale } = props;
  const drifted = useMemo(() => data.features.filter((each) => (driftOf(each, view) ?? 0) >= DRIFT).length, [data, view]);
  const found = t("%1 of %2 columns", formatCount(shown, locale), formatCount(data.features.length, locale));
  return (
    <>
      <header className="wbu-Head">
        <Legend {...props} />
        {drifted > 0 ? (
          <span className="wbu-Chip" data-tone="warn">
            {t("%1 drifted", drifted)}
          </span>
        ) : null}
        <span className="wbu-Spread" />
        {shown < data.features.length ? <span className="wbu-Faint">{found}</span> : null}
        <span className="wbu-Hidden" role="status">
          {shown < data.features.length ? found : ""}
        </span>
        {data.features.length > 0 ? <Find {...props} /> : null}
        <CodeButton code={code} onInsertCode={onInsertCode} t={t} />
      </header>
      {data.features.length > 0 ? (
        <div className="wbu-Bar" role="group" aria-label={t("What is drawn, and how")}>
          <Kinds {...props} />
          <span className="wbu-Spread" />
          <ViewControls {...props} />
        </div>
      ) : null}
    </>
  );
}

/** Finding and sorting. */
function Find({ data, wanted, onWanted, sorting, onSorting, t }: ToolbarProps): JSX.Element {
  const isBroken = wanted.regex && matcher(wanted.search, true) === null;
  const sorts = SORTS.filter(([key]) => key !== "anomalies" || data.features.some((each) => each.anomalies));
  return (
    <>
      <span className="wbu-SearchBox">
        <input
          className="wbu-Field wbu-Search"
          type="search"
          placeholder={t("Find a column")}
          aria-label={t("Find a column")}
          aria-keyshortcuts="/"
          aria-invalid={isBroken || undefined}
          title={isBroken ? t("This is not a regular expression yet.") : undefined}
          value={wanted.search}
          onChange={(event) => { onWanted({ ...wanted, search: event.target.value }); }}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              onWanted({ ...wanted, search: "" });
            }
          }}
        />
        <button
          type="button"
          className="wbu-Toggle wbu-Regex"
          aria-pressed={wanted.regex}
          aria-label={t("Regular expression")}
          title={t("Regular expression")}
          onClick={() => { onWanted({ ...wanted, regex: !wanted.regex }); }}
        >
          .*
        </button>
      </span>
      <span className="wbu-Joined">
        <select
          className="wbu-Field"
          aria-label={t("Sort by")}
          value={sorting.key}
          onChange={(event) => {
            const key = event.target.value as SortKey;
            onSorting({ key, descending: key !== "name" && key !== "data" });
          }}
        >
          {sorts.map(([key, word]) => (
            <option key={key} value={key}>
              {t("sort: %1", t(word))}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="wbu-Field"
          aria-pressed={sorting.descending}
          aria-label={t("Reverse order")}
          title={t("Reverse order")}
          onClick={() => { onSorting({ ...sorting, descending: !sorting.descending }); }}
        >
          {sorting.descending ? "↓" : "↑"}
        </button>
      </span>
    </>
  );
}

/** Chips that leave only the columns of some kinds. */
function Kinds({ data, wanted, onWanted, t, locale }: ToolbarProps): JSX.Element | null {
  const kinds = useMemo(() => [...countKinds(data.features)], [data]);
  if (kinds.length < 2) {
    return null;
  }
  const toggle = (kind: string): void => {
    const next = new Set(wanted.kinds);
    if (!next.delete(kind)) {
      next.add(kind);
    }
    onWanted({ ...wanted, kinds: next });
  };
  return (
    <>
      {kinds.map(([kind, count]) => (
        <button
          key={kind}
          type="button"
          className="wbu-Toggle"
          data-tone={kind === "anomalies" ? "warn" : undefined}
          aria-pressed={wanted.kinds.has(kind)}
          onClick={() => { toggle(kind); }}
        >
          {t(kind)} <span className="wbu-Faint">{formatCount(count, locale)}</span>
        </button>
      ))}
    </>
  );
}
