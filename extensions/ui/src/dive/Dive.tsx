/** Every row a point: divided by two facets, stacked or placed by values, coloured, searched, picked. */

import { useCallback, useMemo, useRef, useState, type JSX } from "react";
import { formatCount, formatShare } from "../format.js";
import { CodeButton, Frame, useSize } from "../Frame.js";
import { languageOf, type HostProps, type Language } from "../text.js";
import { arrange, axisOf, divide, type Arrangement, type Axis } from "./arrange.js";
import { termsOfArea } from "./area.js";
import { colourGroups, orderOf, pixelOf, usePalette } from "./colours.js";
import { both, codeOf, countOf, holds, maskOf, searchMask, toggled, type Term } from "./conditions.js";
import { groupsOf, type Grouping } from "./groups.js";
import type { Lettering } from "./lettering.js";
import { FacetTable, Legend, RecordCard } from "./Panels.js";
import { Stage } from "./Stage.js";
import { columnOf, tableOf, textOf, type DiveData, type Table } from "./table.js";
import { completed, type DiveView } from "./view.js";

export interface DiveProps extends HostProps {
  data: DiveData;
  view?: DiveView | undefined;
  onView?: ((view: DiveView) => void) | undefined;
  onInsertCode?: ((code: string) => void) | undefined;
  height?: number | undefined;
}

export function Dive({ data, view: given = {}, onView, onInsertCode, height = 560, ...host }: DiveProps): JSX.Element {
  const language = useLanguage(host);
  const { t, locale } = language;
  const table = useMemo(() => tableOf(data), [data]);
  return (
    <Frame label={t("Points of %1", data.name)} className="wbu-Dive">
      {table.drawn === 0 || table.columns.length === 0 ? (
        <p className="wbu-Empty">{table.drawn === 0 ? t("%1 has no rows, so there are no points.", data.name) : t("%1 has no columns that can be drawn.", data.name)}</p>
      ) : (
        <Body table={table} given={given} onView={onView} onInsertCode={onInsertCode} height={height} t={t} locale={locale} />
      )}
    </Frame>
  );
}

/** The same object as long as the language is the same. */
function useLanguage(host: HostProps): Language {
  const { t, locale } = languageOf(host);
  return useMemo(() => ({ t, locale }), [t, locale]);
}

interface BodyProps extends Language {
  table: Table;
  given: DiveView;
  onView: DiveProps["onView"];
  onInsertCode: DiveProps["onInsertCode"];
  height: number;
}

function Body({ table, given, onView, onInsertCode, height, t, locale }: BodyProps): JSX.Element {
  const language = useMemo<Language>(() => ({ t, locale }), [t, locale]);
  const root = useRef<HTMLDivElement>(null);
  const palette = usePalette(root);
  const [measure, room] = useSize<HTMLDivElement>(1000, height);
  const view = useMemo(() => completed(given, table), [given, table]);
  const [terms, setTerms] = useState<Term[]>([]);
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const set = (change: DiveView): void => { onView?.({ ...view, ...change }); };

  const columnsBy = useGrouping(table, view.columns, language);
  const rowsBy = useGrouping(table, view.rows, language);
  const colourBy = useGrouping(table, view.color, language, TONES + 1);
  const x = useAxis(table, view.x, view.log_x, language);
  const y = useAxis(table, view.y, view.log_y, language);
  const order = useMemo(() => orderOf(colourBy?.codes ?? null, table.drawn), [colourBy, table]);
  const plan = useMemo(() => {
    let last: [number, number, Arrangement] | null = null;
    return (width: number, tall: number): Arrangement => {
      if (last?.[0] !== width || last[1] !== tall) {
        last = [width, tall, arrange({ width, height: tall, rows: table.drawn, order, columnsBy, rowsBy, x, y })];
      }
      return last[2];
    };
  }, [table, order, columnsBy, rowsBy, x, y]);
  const colours = useMemo(() => (palette ? colourGroups(colourBy, palette) : []), [colourBy, palette]);
  const pixels = useMemo(() => {
    const known = colours.map(pixelOf);
    return palette ? Uint32Array.from({ length: table.drawn }, (_, row) => known[colourBy?.codes[row] ?? 0] ?? 0) : null;
  }, [colours, colourBy, palette, table]);
  const picked = useMemo(() => maskOf(table, terms), [table, terms]);
  const found = useMemo(() => searchMask(table, search), [table, search]);
  const mask = useMemo(() => both(picked, found), [picked, found]);
  const kept = useMemo(() => countOf(mask, table.drawn), [mask, table]);
  const labelled = columnOf(table, view.label);
  const lettering = useMemo<Lettering>(
    () => ({
      ...language,
      columns: columnsBy?.groups ?? null,
      rows: rowsBy?.groups ?? null,
      isPicked: (side, place) => {
        const grouping = side === "rows" ? rowsBy : columnsBy;
        const group = grouping?.groups[place];
        return group !== undefined && holds(terms, grouping?.column.name, group.condition);
      },
      label: labelled ? (row) => textOf(labelled, row, language) : null,
    }),
    [language, columnsBy, rowsBy, terms, labelled],
  );
  const pick = (grouping: Grouping | null, place: number): void => {
    const group = grouping?.groups[place];
    if (grouping && group) {
      setTerms((now) => toggled(now, grouping.column.name, group.condition));
    }
  };
  const describeRow = useCallback(
    (row: number) => {
      const shown = [view.label, view.x, view.y, view.color, view.rows, view.columns].filter((name, place, all) => name && all.indexOf(name) === place);
      return shown.flatMap((name) => {
        const column = columnOf(table, name);
        return column ? [`${column.name} ${textOf(column, row, language)}`] : [];
      }).join(" · ");
    },
    [table, view, language],
  );
  const cells = useMemo(() => divide({ width: 1, height: 1, rows: table.drawn, rowsBy, columnsBy }).cells, [table, rowsBy, columnsBy]);
  const describeCell = (cell: number): string => {
    const at = cells[cell];
    const parts = at ? [rowsBy ? `${rowsBy.column.name} ${rowsBy.groups[at.row]?.label ?? ""}` : "", columnsBy ? `${columnsBy.column.name} ${columnsBy.groups[at.column]?.label ?? ""}` : ""].filter(Boolean) : [];
    return t("%1: %2 points, %3", parts.join(", ") || t("all"), formatCount(at?.count ?? 0, locale), formatShare(at?.count ?? 0, table.drawn, locale));
  };
  const summary = summaryOf(table, view, cells.length, describeCell(cells.reduce((best, each, place) => (each.count > (cells[best]?.count ?? 0) ? place : best), 0)), language);
  const code = codeOf(table, terms);
  const isNarrow = room < 760;
  return (
    <div ref={root}>
      <header className="wbu-Head">
        <strong>{table.name}</strong>
        <span className="wbu-Faint">{table.drawn < table.rows ? t("%1 of %2 rows drawn", formatCount(table.drawn, locale), formatCount(table.rows, locale)) : t("%1 rows", formatCount(table.rows, locale))}</span>
        {mask ? (
          <span className="wbu-Chip" data-tone="brand">
            {t("%1 picked, %2", formatCount(kept, locale), formatShare(kept, table.drawn, locale))}
          </span>
        ) : null}
        <span className="wbu-Spread" />
        <input className="wbu-Field wbu-Search" type="search" placeholder={t("Find values")} aria-label={t("Find values")} value={search} onChange={(event) => { setSearch(event.target.value); }} />
        <button type="button" className="wbu-Toggle" aria-pressed={asTable} onClick={() => { setAsTable(!asTable); }}>
          {t("As table")}
        </button>
      </header>
      <div className="wbu-Dive-controls">
        <Choice word={t("rows by")} value={view.rows} table={table} t={t} onChange={(rows) => { set({ rows }); }} />
        <Choice word={t("columns by")} value={view.columns} table={table} t={t} onChange={(columns) => { set({ columns }); }} />
        <Choice word="x" value={view.x} table={table} t={t} onChange={(name) => { set({ x: name }); }} log={x?.grouping === null && x.column.type !== "TIME" ? view.log_x : undefined} onLog={() => { set({ log_x: !view.log_x }); }} />
        <Choice word="y" value={view.y} table={table} t={t} onChange={(name) => { set({ y: name }); }} log={y?.grouping === null && y.column.type !== "TIME" ? view.log_y : undefined} onLog={() => { set({ log_y: !view.log_y }); }} />
        <Choice word={t("colour")} value={view.color} table={table} t={t} onChange={(color) => { set({ color }); }} />
        <Choice word={t("label")} value={view.label} table={table} t={t} onChange={(label) => { set({ label }); }} />
      </div>
      <div className="wbu-Dive-body" ref={measure} data-narrow={isNarrow}>
        {asTable ? (
          <FacetTable arrangement={{ cells }} rowsBy={rowsBy} columnsBy={columnsBy} total={table.drawn} t={t} locale={locale} />
        ) : (
          <Stage
            t={t}
            label={summary}
            height={height}
            plan={plan}
            lettering={lettering}
            hasX={x !== null}
            hasY={y !== null}
            palette={palette}
            pixels={pixels}
            mask={mask}
            chosen={chosen}
            describeCell={describeCell}
            describeRow={describeRow}
            onChoose={setChosen}
            onPickFacet={(side, place) => { pick(side === "rows" ? rowsBy : columnsBy, place); }}
            onPickArea={(area, made) => {
              const drawn = termsOfArea(area, made, rowsBy, columnsBy);
              setTerms((now) => [...now.filter((each) => !drawn.some((other) => other.column === each.column)), ...drawn]);
            }}
          />
        )}
        <aside className="wbu-Dive-side" aria-label={t("Colours and record")} style={{ maxHeight: isNarrow ? undefined : height }}>
          {colourBy ? (
            <Legend grouping={colourBy} colours={colours} rows={table.drawn} isPicked={(group) => holds(terms, view.color, group.condition)} onPick={(group) => { pick(colourBy, colourBy.groups.indexOf(group)); }} t={t} locale={locale} />
          ) : null}
          {chosen === null ? (
            <p className="wbu-Faint wbu-Dive-hint">{t("Click a point to read its row; the wheel then zooms. Shift and drag picks an area, a name at the side or a colour picks its rows.")}</p>
          ) : (
            <RecordCard table={table} row={chosen} onClose={() => { setChosen(null); }} t={t} locale={locale} />
          )}
        </aside>
      </div>
      <footer className="wbu-Dive-foot">
        <code className="wbu-Code">{code}</code>
        {terms.length > 0 ? (
          <button type="button" className="wbu-Button" onClick={() => { setTerms([]); }}>
            {t("Clear")}
          </button>
        ) : null}
        <CodeButton code={code} onInsertCode={onInsertCode} t={t} />
      </footer>
    </div>
  );
}

/** Of more names than there are colours, the frequent ones come first and are coloured. */
const TONES = 5;

function useGrouping(table: Table, name: string | null, language: Language, ranked?: number): Grouping | null {
  return useMemo(() => {
    const column = columnOf(table, name);
    return column ? groupsOf(column, language, undefined, ranked) : null;
  }, [table, name, language, ranked]);
}

const MOST_ON_AXIS = 60;

function useAxis(table: Table, name: string | null, log: boolean, language: Language): Axis | null {
  return useMemo(() => {
    const column = columnOf(table, name);
    return column ? axisOf(column, column.texts === null ? null : groupsOf(column, language, MOST_ON_AXIS), log) : null;
  }, [table, name, log, language]);
}

interface ChoiceProps {
  word: string;
  value: string | null;
  table: Table;
  t: Language["t"];
  onChange: (name: string | null) => void;
  log?: boolean | undefined;
  onLog?: () => void;
}

function Choice({ word, value, table, t, onChange, log, onLog }: ChoiceProps): JSX.Element {
  return (
    <span className="wbu-Choice">
      <label>
        <span>{word}</span>
        <select className="wbu-Field" value={value ?? ""} data-set={value !== null} onChange={(event) => { onChange(event.target.value || null); }}>
          <option value="">{t("none")}</option>
          {table.columns.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {log === undefined ? null : (
        <button type="button" className="wbu-Toggle" aria-pressed={log} title={t("Log scale")} onClick={onLog}>
          {t("log")}
        </button>
      )}
    </span>
  );
}

/** What the picture shows, for those who do not see it. */
function summaryOf(table: Table, view: Required<DiveView>, cells: number, largest: string, { t, locale }: Language): string {
  const parts = [t("%1 points of %2.", formatCount(table.drawn, locale), table.name)];
  if (view.x !== null && view.y !== null) {
    parts.push(t("Placed by %1 across and %2 up.", view.x, view.y));
  } else if (view.x !== null || view.y !== null) {
    parts.push(t("Piled up by %1.", view.x ?? view.y ?? ""));
  }
  if (view.color !== null) {
    parts.push(t("Coloured by %1.", view.color));
  }
  if (cells > 1) {
    parts.push(t("%1 facets; the largest: %2.", formatCount(cells, locale), largest));
  }
  parts.push(t("Arrows move between facets, Enter goes to their points, plus and minus zoom, 0 shows all."));
  return parts.join(" ");
}
