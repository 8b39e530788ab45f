/** Every column of one or two sets of rows: searchable, sortable, as many as there are. */

import { useCallback, useMemo, useRef, useState, type JSX } from "react";
import type { Feature, StatisticsData } from "../data.js";
import { formatCount } from "../format.js";
import { CodeButton, Frame, useSize } from "../Frame.js";
import { languageOf, type HostProps, type Language } from "../text.js";
import { Details } from "./Details.js";
import { arrange, DRIFT, sectionOf, visibleRange, type Section, type SortKey, type Sorting } from "./order.js";
import { FeatureRow } from "./rows.js";

const ROW = 39;
const SIGHT = 860;

export interface StatisticsTableProps extends HostProps {
  data: StatisticsData;
  /** The code that makes these statistics. */
  code?: string | undefined;
  /** Insert code into the notebook; without it the button copies. */
  onInsertCode?: ((code: string) => void) | undefined;
  /** The most height that rows take before they scroll, in pixels. */
  maxHeight?: number | undefined;
}

const SORTS: readonly [SortKey, string][] = [
  ["data", "as in the data"],
  ["name", "name"],
  ["drift", "drift"],
  ["missing", "missing"],
];

export function StatisticsTable(props: StatisticsTableProps): JSX.Element {
  const { data, code, onInsertCode, maxHeight = SIGHT } = props;
  const language = languageOf(props);
  const { t, locale } = language;
  const [search, setSearch] = useState("");
  const [sorting, setSorting] = useState<Sorting>({ key: "data", descending: false });
  const [log, setLog] = useState(false);
  const [top, setTop] = useState(0);
  const [open, setOpen] = useState<string | null>(null);
  const scroller = useRef<HTMLDivElement | null>(null);
  const [measure, , sight] = useSize<HTMLDivElement>(1000, maxHeight);
  const shown = useMemo(() => arrange(data.features, search, sorting), [data, search, sorting]);
  const drifted = data.features.filter((each) => (each.drift ?? 0) >= DRIFT).length;
  const sortBy = (key: SortKey): void => {
    setSorting((now) => (now.key === key ? { key, descending: !now.descending } : { key, descending: key !== "name" && key !== "data" }));
  };
  const toggle = useCallback((name: string) => { setOpen((now) => (now === name ? null : name)); }, []);
  let above = 0;
  const sections = (["numeric", "categorical", "time"] as const).map((section) => {
    const features = shown.filter((each) => sectionOf(each) === section);
    const start = above;
    above += features.length === 0 ? 0 : features.length * ROW + 30;
    return { section, features, start };
  });
  return (
    <Frame label={data.datasets.map((each) => each.name).join(", ")} className="wbu-Statistics">
      <header className="wbu-Head">
        {data.datasets.map((each, set) => (
          <span key={set} className="wbu-Legend">
            <span aria-hidden="true" className="wbu-Swatch" data-set={Math.min(set, 4)} />
            <strong>{each.name}</strong> <span className="wbu-Faint">{t("%1 rows", formatCount(each.rows, locale))}</span>
          </span>
        ))}
        {drifted > 0 ? (
          <span className="wbu-Chip" data-tone="warn">
            {t("%1 drifted", drifted)}
          </span>
        ) : null}
        <span className="wbu-Spread" />
        <input
          className="wbu-Field wbu-Search"
          type="search"
          placeholder={t("Find a column")}
          aria-label={t("Find a column")}
          value={search}
          onChange={(event) => { setSearch(event.target.value); }}
        />
        <select className="wbu-Field" aria-label={t("Sort by")} value={sorting.key} onChange={(event) => {
          const key = event.target.value as SortKey;
          setSorting({ key, descending: key !== "name" && key !== "data" });
        }}>
          {(SORTS.some(([key]) => key === sorting.key) ? SORTS : [...SORTS, [sorting.key, sorting.key] as const]).map(([key, word]) => (
            <option key={key} value={key}>
              {t(word)}
            </option>
          ))}
        </select>
        <button type="button" className="wbu-Toggle" aria-pressed={log} title={t("Log scale")} onClick={() => { setLog(!log); }}>
          {t("log")}
        </button>
        <CodeButton code={code} onInsertCode={onInsertCode} t={t} />
      </header>
      <div
        className="wbu-Scroll"
        style={{ maxHeight }}
        tabIndex={0}
        role="region"
        aria-label={t("Columns")}
        ref={(element) => {
          if (scroller.current !== element) {
            scroller.current = element;
            measure(element);
          }
        }}
        onScroll={(event) => { setTop(event.currentTarget.scrollTop); }}
      >
        {shown.length === 0 ? (
          <p className="wbu-Empty">{data.features.length === 0 ? t("There are no columns.") : t("No column is named like that.")}</p>
        ) : null}
        {sections.map(({ section, features, start }) =>
          features.length === 0 ? null : (
            <SectionTable
              key={section}
              {...language}
              section={section}
              features={features}
              data={data}
              log={log}
              open={open}
              onToggle={toggle}
              range={visibleRange(features.length, ROW, top - start, Math.min(sight, maxHeight) + 240)}
              sorting={sorting}
              onSort={sortBy}
            />
          ),
        )}
      </div>
    </Frame>
  );
}

interface SectionProps extends Language {
  section: Section;
  features: Feature[];
  data: StatisticsData;
  log: boolean;
  open: string | null;
  onToggle: (name: string) => void;
  range: [number, number];
  sorting: Sorting;
  onSort: (key: SortKey) => void;
}

function SectionTable(props: SectionProps): JSX.Element {
  const { section, features, data, log, open, onToggle, range, t, locale } = props;
  const [first, last] = range;
  const rows = features.slice(first, last);
  return (
    <table className="wbu-Table" aria-rowcount={features.length + 1} aria-label={t(section)}>
      <colgroup>
        {["20%", "8%", "7%", "8%", "8%", "8%", "8%", "8%", "214px", "9%"].map((width, index) => (
          <col key={index} style={{ width }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          <Sortable {...props} by="name" word={`${t(section)} · ${formatCount(features.length, locale)}`} />
          <Sortable {...props} by="missing" />
          {section === "numeric" ? (
            <>
              <Sortable {...props} by="zeros" />
              <Sortable {...props} by="mean" />
              <Sortable {...props} by="std" />
              <Sortable {...props} by="min" />
              <Sortable {...props} by="median" />
              <Sortable {...props} by="max" />
            </>
          ) : (
            <Sortable {...props} by="unique" span={2} />
          )}
          {section === "time" ? (
            <>
              <Sortable {...props} by="min" word={t("earliest")} span={2} left />
              <Sortable {...props} by="max" word={t("latest")} span={2} left />
            </>
          ) : null}
          {section === "categorical" ? (
            <th scope="col" colSpan={4} className="wbu-Left">
              {t("most frequent")}
            </th>
          ) : null}
          <th scope="col" className="wbu-Left">
            {t(section === "categorical" ? "frequency by rank" : "distribution")}
          </th>
          <Sortable {...props} by="drift" />
        </tr>
      </thead>
      <tbody>
        {first > 0 ? <tr aria-hidden="true" style={{ height: first * ROW }} /> : null}
        {rows.flatMap((feature, index) => {
          const row = (
            <FeatureRow key={feature.name} feature={feature} data={data} log={log} index={first + index + 2} open={open === feature.name} onToggle={onToggle} t={t} locale={locale} />
          );
          return open === feature.name
            ? [
                row,
                <tr key={`${feature.name}\u0000details`} className="wbu-Details-row">
                  <td colSpan={10}>
                    <Details feature={feature} data={data} log={log} t={t} locale={locale} />
                  </td>
                </tr>,
              ]
            : [row];
        })}
        {last < features.length ? <tr aria-hidden="true" style={{ height: (features.length - last) * ROW }} /> : null}
      </tbody>
    </table>
  );
}

interface SortableProps extends SectionProps {
  by: SortKey;
  word?: string;
  span?: number;
  left?: boolean;
}

function Sortable({ by, word, span, left, sorting, onSort, t }: SortableProps): JSX.Element {
  const isSorted = sorting.key === by;
  const arrow = isSorted ? (sorting.descending ? " ▾" : " ▴") : "";
  return (
    <th scope="col" colSpan={span} className={left ? "wbu-Left" : undefined} aria-sort={isSorted ? (sorting.descending ? "descending" : "ascending") : undefined}>
      <button type="button" className="wbu-Link" onClick={() => { onSort(by); }}>
        {word ?? t(by)}
        <span aria-hidden="true">{arrow}</span>
      </button>
    </th>
  );
}
