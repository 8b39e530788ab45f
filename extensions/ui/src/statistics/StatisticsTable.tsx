/** Every column of one or more sets of rows: searchable, sortable, as many as there are. */

import { useCallback, useMemo, useRef, useState, type JSX, type KeyboardEvent } from "react";
import type { StatisticsData } from "../data.js";
import { Frame, useSize } from "../Frame.js";
import { languageOf, type HostProps } from "../text.js";
import { AnomalyList } from "./AnomalyList.js";
import { useColumns } from "./columns.js";
import { useRowKeys } from "./keys.js";
import { driftOf, SECTIONS, sectionOf, type SortKey, type Sorting, type Wanted } from "./order.js";
import { Pairs } from "./Pairs.js";
import { tallest } from "./Picture.js";
import { LARGE, SMALL } from "./rows.js";
import { HEAD, SectionTable } from "./SectionTable.js";
import { Toolbar } from "./Toolbar.js";
import { firstView, type View } from "./view.js";
import { offset, visibleRange } from "./window.js";

const SIGHT = 860;
const AROUND = 240;

export interface StatisticsTableProps extends HostProps {
  data: StatisticsData;
  /** The code that makes these statistics. */
  code?: string | undefined;
  /** Insert code into the notebook; without it the button copies. */
  onInsertCode?: ((code: string) => void) | undefined;
  /** The most height that rows take before they scroll, in pixels. */
  maxHeight?: number | undefined;
}

export function StatisticsTable(props: StatisticsTableProps): JSX.Element {
  const { data, code, onInsertCode, maxHeight = SIGHT } = props;
  const language = languageOf(props);
  const { t } = language;
  const [wanted, setWanted] = useState<Wanted>({ search: "", regex: false, kinds: new Set() });
  const [sorting, setSorting] = useState<Sorting>({ key: "data", descending: false });
  const [chosen, setView] = useState<View | null>(null);
  const [tab, setTab] = useState<"columns" | "pairs">("columns");
  const [top, setTop] = useState(0);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [heights, setHeights] = useState<ReadonlyMap<string, number>>(new Map());
  const root = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement | null>(null);
  const [measure, , sight] = useSize<HTMLDivElement>(1000, maxHeight);
  const view = useMemo(() => chosen ?? firstView(data), [chosen, data]);
  const shown = useColumns(data, wanted, sorting, view);
  const { row } = view.large ? LARGE : SMALL;
  const hasDrift = useMemo(() => view.sets.length > 1 && data.features.some((each) => driftOf(each, view) !== null), [data, view]);
  const most = useMemo(
    () => (view.sameScale ? Math.max(...shown.map((each) => tallest(each, view)), 1e-12) : undefined),
    [shown, view],
  );
  const sections = useMemo(() => {
    let above = 0;
    return SECTIONS.map((section) => {
      const features = shown.filter((each) => sectionOf(each) === section);
      const extras = features.flatMap((each, place) => (open.has(each.name) ? [[place, heights.get(each.name) ?? 0] as const] : []));
      const start = above;
      above += features.length === 0 ? 0 : HEAD + offset(features.length, row, extras);
      return { section, features, extras, start };
    }).filter(({ features }) => features.length > 0);
  }, [shown, open, heights, row]);
  const toggle = useCallback((name: string) => {
    setOpen((now) => {
      const next = new Set(now);
      return next.delete(name) ? next : next.add(name);
    });
  }, []);
  const onHeight = useCallback((name: string, height: number) => {
    setHeights((now) => (now.get(name) === height ? now : new Map(now).set(name, height)));
  }, []);
  const rows = useMemo(
    () =>
      sections.flatMap(({ features, extras, start }) =>
        features.map((each, place) => ({ name: each.name, top: start + HEAD + offset(place, row, extras) })),
      ),
    [sections, row],
  );
  const within = Math.min(sight || maxHeight, maxHeight);
  const keys = useRowKeys({ rows, row, top, sight: within, head: HEAD, scroller, open, toggle });
  const sortBy = useCallback((key: SortKey): void => {
    setSorting((now) => (now.key === key ? { key, descending: !now.descending } : { key, descending: key !== "name" && key !== "data" }));
  }, []);
  const onKey = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.key === "Tab") {
      return;
    }
    event.stopPropagation(); // plain keys are commands of the notebook around this
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === "/" && !isTyping) {
      event.preventDefault();
      root.current?.querySelector<HTMLInputElement>("input[type=search]")?.focus();
    }
  };
  return (
    <Frame label={data.datasets.map((each) => each.name).join(", ")} className="wbu-Statistics">
      <div ref={root} onKeyDown={onKey}>
        <Toolbar
          {...language}
          data={data}
          shown={shown.length}
          wanted={wanted}
          onWanted={setWanted}
          sorting={sorting}
          onSorting={setSorting}
          view={view}
          onView={setView}
          tab={tab}
          onTab={setTab}
          code={code}
          onInsertCode={onInsertCode}
        />
        {data.anomalies ? <AnomalyList anomalies={data.anomalies} onInsertCode={onInsertCode} t={t} /> : null}
        {tab === "pairs" ? (
          <Pairs data={data} maxHeight={maxHeight} {...language} />
        ) : (
          <div
            className="wbu-Scroll"
            style={{ maxHeight }}
            role="region"
            aria-label={t("Columns")}
            ref={(element) => {
              if (scroller.current !== element) {
                scroller.current = element;
                measure(element);
              }
            }}
            onKeyDown={keys.onKeyDown}
            onFocus={keys.onFocus}
            onScroll={(event) => { setTop(Math.floor(event.currentTarget.scrollTop / row) * row); }}
          >
            {shown.length === 0 ? (
              <p className="wbu-Empty">{data.features.length === 0 ? t("There are no columns.") : t("No column is like that.")}</p>
            ) : null}
            {sections.map(({ section, features, extras, start }) => (
              <SectionTable
                key={section}
                {...language}
                section={section}
                features={features}
                data={data}
                view={view}
                sorting={sorting}
                open={open}
                current={keys.current}
                most={most}
                drift={hasDrift}
                range={visibleRange(features.length, row, top - start, within + AROUND, extras)}
                extras={extras}
                onSort={sortBy}
                onToggle={toggle}
                onHeight={onHeight}
                onInsertCode={onInsertCode}
              />
            ))}
          </div>
        )}
      </div>
    </Frame>
  );
}
