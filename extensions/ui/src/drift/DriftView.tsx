/** Columns ranked by how far they moved, and one of them turning from what it was into what it is. */

import { useMemo, useState, type JSX } from "react";
import { prefersStill } from "../dive/Stage.js";
import { formatCount, formatNumber, formatShare } from "../format.js";
import { CodeButton, Frame, useSize } from "../Frame.js";
import { ColumnList, type ColumnEntry } from "../spans/ColumnList.js";
import { binsOf, formatDrift } from "../spans/model.js";
import { languageOf, type HostProps, type Language } from "../text.js";
import { Bars } from "./Bars.js";
import { changesOf, formatMeasure, isLarge, MEASURES, measuresOf, rankedBy, type Change, type DriftColumn, type DriftData } from "./model.js";
import { Morph } from "./Morph.js";

export interface DriftViewProps extends HostProps {
  data: DriftData;
  column?: string | undefined;
  onColumn?: ((column: string) => void) | undefined;
  code?: string | undefined;
  onInsertCode?: ((code: string) => void) | undefined;
  height?: number | undefined;
}

export function DriftView({ data, column, onColumn, code, onInsertCode, height = 300, ...host }: DriftViewProps): JSX.Element {
  const { t, locale } = languageOf(host);
  const [search, setSearch] = useState("");
  const [own, setOwn] = useState("");
  const measures = measuresOf(data);
  const [measure, setMeasure] = useState("jsd");
  const columns = useMemo(() => rankedBy(data.columns, measure, search), [data, measure, search]);
  const name = own || column || "";
  const chosen = Math.max(0, columns.findIndex((each) => each.name === name));
  const shown = columns[chosen];
  const [first, last] = [data.spans[0], data.spans.at(-1)];
  const drifted = data.columns.filter((each) => isLarge("jsd", each.measures["jsd"])).length;
  const entry = (place: number): ColumnEntry => {
    const each = columns[place] as DriftColumn;
    const value = each.measures[measure];
    return {
      name: each.name,
      type: t(each.type.toLowerCase()),
      picture: (
        <svg className="wbu-Sparkline" width={72} height={24} aria-hidden="true">
          <Bars column={each} at={0} width={72} height={24} hot={null} isSmall t={t} locale={locale} />
        </svg>
      ),
      figure: formatMeasure(measure, value, locale),
      title: Object.entries(each.measures).map(([key, figure]) => `${t(MEASURES[key]?.[0] ?? key)} ${formatNumber(figure, locale)}`).join(" · "),
      isMarked: isLarge(measure, value),
    };
  };
  return (
    <Frame label={t("Drift from %1 to %2", first?.name ?? "", last?.name ?? "")} className="wbu-DriftView">
      <header className="wbu-Head">
        {[first, last].map((each, set) =>
          each ? (
            <span key={set} className="wbu-Legend">
              <span aria-hidden="true" className="wbu-Swatch" data-set={set} />
              <strong>{each.name}</strong> <span className="wbu-Faint">{t("%1 rows", formatCount(each.rows, locale))}</span>
            </span>
          ) : null,
        )}
        {data.spans.length > 2 ? <span className="wbu-Faint">{t("%1 spans", formatCount(data.spans.length, locale))}</span> : null}
        {drifted > 0 ? (
          <span className="wbu-Chip" data-tone="warn">
            {t("%1 drifted", drifted)}
          </span>
        ) : null}
        {[["only in %1: %2", first, data.only_a], ["only in %1: %2", last, data.only_b]].map(([words, each, names], place) =>
          Array.isArray(names) && names.length > 0 && each && typeof each === "object" && "name" in each ? (
            <span key={place} className="wbu-Chip" title={names.join(", ")}>
              {t(words as string, each.name, names.length > 2 ? t("%1 columns", names.length) : names.join(", "))}
            </span>
          ) : null,
        )}
        <span className="wbu-Spread" />
        <input className="wbu-Field wbu-Search" type="search" placeholder={t("Find a column")} aria-label={t("Find a column")} value={search} onChange={(event) => { setSearch(event.target.value); }} />
        <CodeButton code={code} onInsertCode={onInsertCode} t={t} />
      </header>
      {data.columns.length === 0 ? (
        <p className="wbu-Empty">{t("The two share no columns.")}</p>
      ) : (
        <div className="wbu-Split">
          <div className="wbu-Split-list">
            <div className="wbu-ColumnList-head">
              <span>{t("column")}</span>
              <select className="wbu-Field wbu-Drift-measure" aria-label={t("Ranked by")} value={measure} title={t(MEASURES[measure]?.[1] ?? "")} onChange={(event) => { setMeasure(event.target.value); }}>
                {measures.map((each) => (
                  <option key={each} value={each}>
                    {t(MEASURES[each]?.[0] ?? each)}
                  </option>
                ))}
              </select>
            </div>
            {columns.length === 0 ? (
              <p className="wbu-Empty">{t("No column is like that.")}</p>
            ) : (
              <ColumnList
                label={t("Columns, the one that moved most first")}
                count={columns.length}
                entry={entry}
                chosen={chosen}
                onChoose={(place) => {
                  const next = columns[place]?.name ?? "";
                  setOwn(next);
                  onColumn?.(next);
                }}
                height={height + 190}
              />
            )}
          </div>
          {shown ? <Detail key={shown.name} data={data} column={shown} height={height} t={t} locale={locale} /> : null}
        </div>
      )}
    </Frame>
  );
}

interface DetailProps extends Language {
  data: DriftData;
  column: DriftColumn;
  height: number;
}

const SHAPES = ["moving", "side by side", "table"] as const;

function Detail({ data, column, height, t, locale }: DetailProps): JSX.Element {
  const [shape, setShape] = useState<(typeof SHAPES)[number]>(() => (prefersStill() ? "side by side" : "moving"));
  const [hot, setHot] = useState<number | null>(null);
  const changes = useMemo(() => changesOf(column, { t }), [column, t]);
  const sentence = sentenceOf(data, column, changes, { t, locale });
  return (
    <section className="wbu-Split-main" aria-label={column.name}>
      <div className="wbu-Spans-title">
        <strong>{column.name}</strong>
        <span className="wbu-Faint">{t(column.type.toLowerCase())}</span>
        <span className="wbu-Spread" />
        {SHAPES.map((each) => (
          <button key={each} type="button" className="wbu-Toggle" aria-pressed={each === shape} onClick={() => { setShape(each); }}>
            {t(each)}
          </button>
        ))}
      </div>
      <dl className="wbu-Measures">
        {Object.entries(column.measures).map(([key, value]) => (
          <div key={key} title={t(MEASURES[key]?.[1] ?? "")}>
            <dt>{t(MEASURES[key]?.[0] ?? key)}</dt>
            <dd className={isLarge(key, value) ? "wbu-Warn" : undefined}>{formatMeasure(key, value, locale)}</dd>
          </div>
        ))}
      </dl>
      {binsOf(column) === 0 && changes.length === 0 ? (
        <p className="wbu-Empty">{t("%1 has no value in any span.", column.name)}</p>
      ) : shape === "moving" ? (
        <Morph data={data} column={column} height={height} sentence={sentence} hot={hot} t={t} locale={locale} />
      ) : shape === "side by side" ? (
        <Multiples data={data} column={column} height={height} sentence={sentence} t={t} locale={locale} />
      ) : (
        <BinTable data={data} changes={changes} height={height} t={t} locale={locale} />
      )}
      {shape === "table" ? null : <Changes changes={changes.slice(0, 5)} onHot={setHot} t={t} locale={locale} />}
    </section>
  );
}

function Multiples({ data, column, height, sentence, t, locale }: DetailProps & { sentence: string }): JSX.Element {
  const [measure, width] = useSize<HTMLDivElement>(700, height);
  const across = Math.min(data.spans.length, Math.max(1, Math.min(4, Math.floor(width / 190))));
  const down = Math.ceil(data.spans.length / across);
  const [wide, tall] = [width / across - 8, Math.max(70, (height + 38) / down - 24)];
  return (
    <div ref={measure} className="wbu-Multiples" role="img" aria-label={sentence} style={{ maxHeight: height + 38 }}>
      {data.spans.map((span, place) => (
        <figure key={place} style={{ width: wide }}>
          <figcaption>{span.name}</figcaption>
          <svg width={wide} height={tall} aria-hidden="true">
            <Bars column={column} at={place} width={wide} height={tall} hot={null} isSmall={data.spans.length > 2} hasLast={false} t={t} locale={locale} />
          </svg>
        </figure>
      ))}
    </div>
  );
}

interface ChangesProps extends Language {
  changes: readonly Change[];
  onHot: (bin: number | null) => void;
}

/** The bins that changed most: from, to, and by how many points, to the left for less. */
function Changes({ changes, onHot, t, locale }: ChangesProps): JSX.Element {
  const most = Math.max(...changes.map((each) => Math.abs(each.after - each.before)), 1e-9);
  return changes.length === 0 ? (
    <p className="wbu-Faint">{t("No bin changed.")}</p>
  ) : (
    <table className="wbu-Changes" aria-label={t("The bins that changed most")}>
      <tbody>
        {changes.map(({ bin, label, before, after }) => {
          const change = after - before;
          return (
            <tr key={bin} onMouseEnter={() => { onHot(bin); }} onMouseLeave={() => { onHot(null); }}>
              <th scope="row">{label}</th>
              <td>{formatShare(before, 1, locale)}</td>
              <td className="wbu-Faint">→</td>
              <td>{formatShare(after, 1, locale)}</td>
              <td className="wbu-Changes-points">
                <span aria-hidden="true">{change > 0 ? "▲" : "▼"}</span> {t("%1 points", formatNumber(Math.abs(100 * change), locale, 2))}
              </td>
              <td className="wbu-Changes-bar" aria-hidden="true">
                <span data-less={change < 0} style={{ width: `${String((50 * Math.abs(change)) / most)}%` }} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function BinTable({ data, changes, height, t, locale }: Language & { data: DriftData; changes: readonly Change[]; height: number }): JSX.Element {
  const ordered = [...changes].sort((a, b) => a.bin - b.bin);
  return (
    <div className="wbu-Facets" style={{ maxHeight: height + 160 }} tabIndex={0} role="region" aria-label={t("The bins that changed most")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("value")}</th>
            <th scope="col">{data.spans[0]?.name}</th>
            <th scope="col">{data.spans.at(-1)?.name}</th>
            <th scope="col">{t("change in points")}</th>
          </tr>
        </thead>
        <tbody>
          {ordered.map(({ bin, label, before, after }) => (
            <tr key={bin}>
              <th scope="row">{label}</th>
              <td>{formatShare(before, 1, locale)}</td>
              <td>{formatShare(after, 1, locale)}</td>
              <td>{formatNumber(100 * (after - before), locale, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the picture shows, for those who do not see it. */
function sentenceOf(data: DriftData, column: DriftColumn, changes: readonly Change[], { t, locale }: Language): string {
  const said = t("%1 from %2 to %3: JSD %4.", column.name, data.spans[0]?.name ?? "", data.spans.at(-1)?.name ?? "", formatDrift(column.measures["jsd"], locale));
  const most = changes.slice(0, 3).map((each) => t("%1 from %2 to %3", each.label, formatShare(each.before, 1, locale), formatShare(each.after, 1, locale)));
  return most.length === 0 ? `${said} ${t("No bin changed.")}` : `${said} ${t("What changed most: %1.", most.join(", "))}`;
}
