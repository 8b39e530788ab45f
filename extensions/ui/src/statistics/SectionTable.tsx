/** The columns of one kind as a table; only the rows in sight are in the page. */

import { useEffect, useRef, type JSX, type ReactNode } from "react";
import type { Feature, StatisticsData } from "../data.js";
import { formatCount } from "../format.js";
import type { Language } from "../text.js";
import { Details } from "./Details.js";
import type { Section, SortKey, Sorting } from "./order.js";
import { FeatureRow, LARGE, SMALL } from "./rows.js";
import { offset, type Extras } from "./window.js";
import type { View } from "./view.js";

export const HEAD = 30;

export interface SectionProps extends Language {
  section: Section;
  features: readonly Feature[];
  data: StatisticsData;
  view: View;
  sorting: Sorting;
  open: ReadonlySet<string>;
  /** The row where Tab stops. */
  current: string | null;
  /** The share that is as high as a picture, where all have one scale. */
  most: number | undefined;
  drift: boolean;
  range: [first: number, last: number];
  extras: Extras;
  onSort: (key: SortKey) => void;
  onToggle: (name: string) => void;
  onHeight: (name: string, height: number) => void;
  onInsertCode?: ((code: string) => void) | undefined;
}

export function SectionTable(props: SectionProps): JSX.Element {
  const { section, features, data, view, open, range, extras, t, locale } = props;
  const [first, last] = range;
  const { row, chart } = view.large ? LARGE : SMALL;
  const below = offset(features.length, row, extras) - offset(last, row, extras);
  const spans = props.drift ? 10 : 9;
  return (
    <table className="wbu-Table" data-large={view.large} aria-rowcount={features.length + 1} aria-label={t(section)}>
      <colgroup>
        <col style={{ width: view.large ? "18%" : "21%" }} />
        {Array.from({ length: 7 }, (_, index) => (
          <col key={index} />
        ))}
        <col style={{ width: chart[0] + 24 }} />
        {props.drift ? <col style={{ width: view.large ? "7%" : "9%" }} /> : null}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          <Headings {...props} />
        </tr>
      </thead>
      <tbody>
        {first > 0 ? <Space height={offset(first, row, extras)} /> : null}
        {features.slice(first, last).flatMap((feature, index) => {
          const isOpen = open.has(feature.name);
          const shown = (
            <FeatureRow
              key={feature.name}
              feature={feature}
              data={data}
              view={view}
              index={first + index + 2}
              open={isOpen}
              current={props.current === feature.name}
              nested={section === "struct" && props.sorting.key === "data" && !props.sorting.descending}
              most={props.most}
              drift={props.drift}
              onToggle={props.onToggle}
              t={t}
              locale={locale}
            />
          );
          return isOpen
            ? [
                shown,
                <Opened key={`${feature.name}\u0000`} name={feature.name} spans={spans} onHeight={props.onHeight}>
                  <Details feature={feature} data={data} view={view} onInsertCode={props.onInsertCode} t={t} locale={locale} />
                </Opened>,
              ]
            : [shown];
        })}
        {below > 0 ? <Space height={below} /> : null}
      </tbody>
    </table>
  );
}

/** In the place of rows that are not in sight. */
function Space({ height }: { height: number }): JSX.Element {
  return (
    <tr aria-hidden="true">
      <td className="wbu-Space" style={{ height }} />
    </tr>
  );
}

interface OpenedProps {
  name: string;
  spans: number;
  onHeight: (name: string, height: number) => void;
  children: ReactNode;
}

/** What is under an open row; it says how tall it is. */
function Opened({ name, spans, onHeight, children }: OpenedProps): JSX.Element {
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    const element = row.current;
    if (!element || typeof ResizeObserver === "undefined") {
      return;
    }
    const observer = new ResizeObserver(() => { onHeight(name, element.offsetHeight); });
    observer.observe(element);
    return () => { observer.disconnect(); };
  }, [name, onHeight]);
  return (
    <tr ref={row} className="wbu-Details-row" data-details={name}>
      <td colSpan={spans}>{children}</td>
    </tr>
  );
}

function Headings(props: SectionProps): JSX.Element {
  const { section, features, drift, t, locale } = props;
  return (
    <>
      <Sortable {...props} by="name" word={`${t(section)} · ${formatCount(features.length, locale)}`} />
      <Sortable {...props} by="missing" />
      {section === "numeric" || section === "struct" ? (
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
        {t(chartWord(props))}
      </th>
      {drift ? <Sortable {...props} by="drift" /> : null}
    </>
  );
}

function chartWord({ section, view }: SectionProps): string {
  if (view.chart === "bars" || (view.chart === "quantiles" && section === "categorical")) {
    return section === "categorical" ? "frequency by rank" : "distribution";
  }
  return { cumulative: "cumulative", quantiles: "deciles", lengths: "values a list" }[view.chart];
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
    <th
      scope="col"
      colSpan={span}
      className={left ? "wbu-Left" : undefined}
      aria-sort={isSorted ? (sorting.descending ? "descending" : "ascending") : undefined}
    >
      <button type="button" className="wbu-Link" onClick={() => { onSort(by); }}>
        {word ?? t(by)}
        <span aria-hidden="true">{arrow}</span>
      </button>
    </th>
  );
}
