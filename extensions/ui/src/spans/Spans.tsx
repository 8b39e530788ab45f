/** How each column is spread through time: a list of columns, and one of them as a picture or a table. */

import { useMemo, useState, type JSX } from "react";
import { formatCount, formatNumber, formatShare } from "../format.js";
import { CodeButton, Frame } from "../Frame.js";
import { languageOf, type HostProps, type Language } from "../text.js";
import { ColumnList, Sparkline, type ColumnEntry } from "./ColumnList.js";
import { HeatMap } from "./HeatMap.js";
import { binsOf, formatDrift, labelOf, lineOf, linePath, movement, ranked, UNIT, type SpanColumn, type SpansData } from "./model.js";
import { Ridgeline } from "./Ridgeline.js";
import { Shares } from "./Shares.js";

export interface SpansProps extends HostProps {
  data: SpansData;
  /** The column that is shown; the one that moved most when empty. */
  column?: string | undefined;
  onColumn?: ((column: string) => void) | undefined;
  code?: string | undefined;
  onInsertCode?: ((code: string) => void) | undefined;
  height?: number | undefined;
}

type Shape = "heat map" | "change" | "ridgeline" | "shares" | "table";

/** From here on a step between two spans is marked; the monitor's default is the same. */
const MOVED = 0.1;

export function Spans({ data, column, onColumn, code, onInsertCode, height = 420, ...host }: SpansProps): JSX.Element {
  const { t, locale } = languageOf(host);
  const [search, setSearch] = useState("");
  const [own, setOwn] = useState("");
  const [wanted, setWanted] = useState<Shape | null>(null);
  const columns = useMemo(() => ranked(data.columns, search), [data, search]);
  const rows = data.spans.reduce((sum, each) => sum + each.rows, 0);
  const name = column === undefined || column === "" || own !== "" ? own : column;
  const chosen = Math.max(0, columns.findIndex((each) => each.name === name));
  const shown = columns[chosen];
  const choose = (place: number): void => {
    const next = columns[place]?.name ?? "";
    setOwn(next);
    onColumn?.(next);
  };
  const entry = (place: number): ColumnEntry => {
    const each = columns[place] as SpanColumn;
    const { most, at } = movement(each);
    return {
      name: each.name,
      type: t(each.type.toLowerCase()),
      picture: <Sparkline path={linePath(lineOf(each), 72, 20)} />,
      figure: formatDrift(most, locale),
      title: t("%1 moved most at %2: Jensen–Shannon divergence %3", each.name, data.spans[at]?.name ?? "", formatNumber(most, locale)),
      isMarked: most >= MOVED && each.type !== "TIME",
    };
  };
  return (
    <Frame label={t("%1 through time", data.name)} className="wbu-Spans">
      <header className="wbu-Head">
        <strong>{data.name}</strong>
        <span className="wbu-Faint">{t("%1 spans, %2 rows, %3 columns", formatCount(data.spans.length, locale), formatCount(rows, locale), formatCount(data.columns.length, locale))}</span>
        <span className="wbu-Spread" />
        <input className="wbu-Field wbu-Search" type="search" placeholder={t("Find a column")} aria-label={t("Find a column")} value={search} onChange={(event) => { setSearch(event.target.value); }} />
        <CodeButton code={code} onInsertCode={onInsertCode} t={t} />
      </header>
      {rows === 0 || data.columns.length === 0 ? (
        <p className="wbu-Empty">{t("There are no rows to compare through time.")}</p>
      ) : (
        <div className="wbu-Split">
          <div className="wbu-Split-list">
            <div className="wbu-ColumnList-head" aria-hidden="true">
              <span>{t("column")}</span>
              <span>{t("through time")}</span>
              <span>{t("moved")}</span>
            </div>
            {columns.length === 0 ? <p className="wbu-Empty">{t("No column is like that.")}</p> : <ColumnList label={t("Columns, the one that moved most first")} count={columns.length} entry={entry} chosen={chosen} onChoose={choose} height={height + 42} />}
          </div>
          {shown ? <Detail key={shown.name} data={data} column={shown} wanted={wanted} onWant={setWanted} height={height} t={t} locale={locale} /> : null}
        </div>
      )}
    </Frame>
  );
}

interface DetailProps extends Language {
  data: SpansData;
  column: SpanColumn;
  wanted: Shape | null;
  onWant: (shape: Shape) => void;
  height: number;
}

function Detail({ data, column, wanted, onWant, height, t, locale }: DetailProps): JSX.Element {
  const shapes: Shape[] = column.kind === "values" ? ["shares", "heat map", "change", "table"] : ["heat map", "change", "ridgeline", "table"];
  const shape = wanted !== null && shapes.includes(wanted) ? wanted : (shapes[0] ?? "table");
  const sentence = sentenceOf(data, column, { t, locale });
  const chart = { data, column, height, sentence, t, locale };
  return (
    <section className="wbu-Split-main" aria-label={column.name}>
      <div className="wbu-Spans-title">
        <strong>{column.name}</strong>
        <span className="wbu-Faint">{t(column.type.toLowerCase())}</span>
        <span className="wbu-Spans-facts">{factsOf(column, { t, locale })}</span>
        <span className="wbu-Spread" />
        <div className="wbu-Spans-shapes" role="group" aria-label={t("What is drawn, and how")}>
          {shapes.map((each) => (
            <button key={each} type="button" className="wbu-Toggle" aria-pressed={each === shape} onClick={() => { onWant(each); }}>
              {t(each)}
            </button>
          ))}
        </div>
      </div>
      {binsOf(column) === 0 ? (
        <p className="wbu-Empty">{t("%1 has no value in any span.", column.name)}</p>
      ) : shape === "table" ? (
        <ShareTable data={data} column={column} height={height} t={t} locale={locale} />
      ) : shape === "ridgeline" ? (
        <Ridgeline {...chart} />
      ) : shape === "shares" ? (
        <Shares {...chart} />
      ) : (
        <HeatMap {...chart} isChange={shape === "change"} />
      )}
    </section>
  );
}

function ShareTable({ data, column, height, t, locale }: Language & { data: SpansData; column: SpanColumn; height: number }): JSX.Element {
  return (
    <div className="wbu-Facets" style={{ maxHeight: height + 28 }} tabIndex={0} role="region" aria-label={t("Figures of %1", column.name)}>
      <table>
        <thead>
          <tr>
            <th scope="col">{column.name}</th>
            {data.spans.map((span, place) => (
              <th key={place} scope="col" title={t("%1 rows", formatCount(span.rows, locale))}>
                {span.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: binsOf(column) }, (_, bin) => (
            <Line key={bin} label={labelOf(column, bin, { t })} values={column.shares.map((each) => formatShare(each[bin] ?? 0, UNIT, locale))} />
          ))}
          <Line label={t("missing")} values={column.missing.map((each) => formatShare(each, UNIT, locale))} />
          {column.kind === "values" || column.type === "TIME" ? null : <Line label={t("mean")} values={column.mean.map((each) => formatNumber(each, locale))} />}
          <Line label={t("moved")} values={column.moved.map((each) => formatDrift(each, locale))} />
        </tbody>
      </table>
    </div>
  );
}

function Line({ label, values }: { label: string; values: readonly string[] }): JSX.Element {
  return (
    <tr>
      <th scope="row">{label}</th>
      {values.map((value, place) => (
        <td key={place} className={value === "0" || value === "–" ? "wbu-Faint" : undefined}>
          {value}
        </td>
      ))}
    </tr>
  );
}

function factsOf(column: SpanColumn, { t, locale }: Language): string {
  const facts: string[] = [];
  const means = column.mean.filter((each) => each !== null);
  if (means.length > 1 && column.kind !== "values" && column.type !== "TIME") {
    facts.push(t("mean %1 → %2", formatNumber(means[0], locale), formatNumber(means.at(-1), locale)));
  }
  if (column.missing.some((each) => each > 0)) {
    facts.push(t("missing %1 → %2", formatShare(column.missing[0] ?? 0, UNIT, locale), formatShare(column.missing.at(-1) ?? 0, UNIT, locale)));
  }
  return facts.join(" · ");
}

/** What the picture shows, for those who do not see it. */
function sentenceOf(data: SpansData, column: SpanColumn, language: Language): string {
  const { t, locale } = language;
  const { most, at } = movement(column);
  const [first, last] = [column.shares[0] ?? [], column.shares.at(-1) ?? []];
  const top = (shares: readonly number[]): number => shares.reduce((best, each, bin) => (each > (shares[best] ?? 0) ? bin : best), 0);
  const said = t("%1 through %2 spans.", column.name, data.spans.length);
  if (first.length === 0) {
    return said;
  }
  const most1 = t("Most rows of the first span are in %1 (%2), of the last in %3 (%4).", labelOf(column, top(first), language), formatShare(first[top(first)] ?? 0, UNIT, locale), labelOf(column, top(last), language), formatShare(last[top(last)] ?? 0, UNIT, locale));
  return `${said} ${most1} ${t("It moved most at %1: divergence %2.", data.spans[at]?.name ?? "", formatDrift(most, locale))}`;
}
