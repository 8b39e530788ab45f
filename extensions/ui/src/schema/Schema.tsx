/** A schema as a table that is edited in place, with its anomalies, the code of the edits, and a way to save. */

import { useEffect, useMemo, useState, type JSX } from "react";
import { formatCount } from "../format.js";
import { CodeButton, Frame } from "../Frame.js";
import { languageOf, type HostProps } from "../text.js";
import { accepted, codeOf, columnsAfter, edited, isEmptyRange, type Edit, type Expectation, type SchemaColumn, type SchemaData } from "./model.js";
import { SchemaRow } from "./SchemaRow.js";

export interface SchemaProps extends HostProps {
  data: SchemaData;
  /** What the kernel said of columns' edits. */
  errors?: Readonly<Record<string, string>> | undefined;
  /** What became of the last attempt to save. */
  status?: { saved?: string; refused?: string } | undefined;
  onCheck?: ((edits: Edit[]) => void) | undefined;
  onSave?: ((edits: Edit[], name: string) => void) | undefined;
  onInsertCode?: ((code: string) => void) | undefined;
  height?: number | undefined;
}

const ROW = 33;
const AROUND = 8;
/** How long a hand rests before the kernel is asked, in milliseconds. */
const REST = 250;

export function Schema({ data, errors, status, onCheck, onSave, onInsertCode, height = 460, ...host }: SchemaProps): JSX.Element {
  const { t, locale } = languageOf(host);
  const [edits, setEdits] = useState<Edit[]>([]);
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const [search, setSearch] = useState("");
  const [name, setName] = useState(data.name ?? "");
  const [top, setTop] = useState(0);
  const [round, setRound] = useState(0);
  const start = (): void => {
    setEdits([]);
    setWrong({});
    setRound((now) => now + 1); // fields forget what was typed into them
  };
  useEffect(() => {
    start(); // another version: what was edited is in it
    setName(data.name ?? "");
  }, [data]);
  useEffect(() => {
    if (!onCheck || edits.length === 0) {
      return undefined;
    }
    const timer = window.setTimeout(() => { onCheck(edits); }, REST);
    return () => { window.clearTimeout(timer); };
  }, [edits, onCheck]);
  const columns = useMemo(() => columnsAfter(data, edits), [data, edits]);
  const before = useMemo(() => new Map(data.columns.map((each) => [each.name, each])), [data]);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = columns.filter((each) => words.every((word) => each.name.toLowerCase().includes(word)));
  const elsewhere = data.anomalies.filter((each) => !columns.some((column) => column.name === each.column));
  const hasAnomalies = data.anomalies.length > elsewhere.length;
  const first = Math.max(0, Math.floor(top / ROW) - AROUND);
  const last = Math.min(found.length, Math.ceil((top + height) / ROW) + AROUND);
  const change = (column: SchemaColumn, field: Expectation, value: number | string[] | null): void => {
    setEdits((now) => edited(now, before.get(column.name) ?? column, field, value));
  };
  const mark = (column: SchemaColumn, field: Expectation, error: string | null): void => {
    setWrong((now) => {
      const key = `${column.name}\u0000${field}`;
      const others = Object.fromEntries(Object.entries(now).filter(([each]) => each !== key));
      return error === null ? others : { ...others, [key]: error };
    });
  };
  const empty = columns.find(isEmptyRange);
  const refused = Object.entries(errors ?? {}).filter(([column]) => edits.some((each) => each.column === column));
  const trouble = Object.values(wrong)[0] ?? (empty ? t("%1: the lower bound lies above the upper one", empty.name) : undefined) ?? refused.map(([, message]) => message)[0];
  const code = codeOf(data, edits, name.trim());
  const canSave = onSave !== undefined && trouble === undefined && name.trim() !== "" && (edits.length > 0 || data.ref === null);
  const changed = edits.length;
  return (
    <Frame label={data.ref ? t("Schema %1", data.ref) : t("Schema")} className="wbu-Schema">
      <header className="wbu-Head">
        <strong>{data.ref ?? t("Schema")}</strong>
        <span className="wbu-Faint">{t(data.columns.length === 1 ? "%1 column" : "%1 columns", formatCount(data.columns.length, locale))}</span>
        {data.anomalies.length > 0 ? (
          <span className="wbu-Chip" data-tone="warn">
            {t(data.anomalies.length === 1 ? "%1 anomaly" : "%1 anomalies", formatCount(data.anomalies.length, locale))}
          </span>
        ) : null}
        {changed > 0 ? (
          <span className="wbu-Chip" data-tone="brand">
            {t(changed === 1 ? "%1 column edited" : "%1 columns edited", formatCount(changed, locale))}
          </span>
        ) : null}
        <span className="wbu-Spread" />
        <input className="wbu-Field wbu-Search" type="search" placeholder={t("Find a column")} aria-label={t("Find a column")} value={search} onChange={(event) => { setSearch(event.target.value); }} />
      </header>
      {elsewhere.length > 0 ? (
        <ul className="wbu-Schema-elsewhere" aria-label={t("Anomalies of other columns")}>
          {elsewhere.map((anomaly, place) => (
            <li key={place}>
              <span className="wbu-Schema-glyph" data-severity={anomaly.severity} aria-hidden="true">
                !
              </span>{" "}
              <span className="wbu-Name">{anomaly.column || t("dataset")}</span> <span title={anomaly.kind}>{anomaly.description}</span>{" "}
              {anomaly.edits.length > 0 ? (
                <button type="button" className="wbu-Button" onClick={() => { setEdits((now) => accepted(now, anomaly.edits)); }}>
                  {t("Accept")}
                </button>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      <div className="wbu-Schema-scroll" style={{ maxHeight: height }} tabIndex={0} role="region" aria-label={t("Columns")} data-lm-suppress-shortcuts="true" onScroll={(event) => { setTop(event.currentTarget.scrollTop); }}>
        {found.length === 0 ? (
          <p className="wbu-Empty">{data.columns.length === 0 ? t("There are no columns.") : t("No column is like that.")}</p>
        ) : (
          <table className="wbu-Schema-table" aria-rowcount={found.length + 1}>
            <thead>
              <tr aria-rowindex={1}>
                <th scope="col">{t("column")}</th>
                <th scope="col">{t("type")}</th>
                <th scope="col" className="wbu-Right" title={t("The least share of rows that have a value")}>
                  {t("present")}
                </th>
                <th scope="col">{t("values or range")}</th>
                <th scope="col" className="wbu-Right" title={t("The share of values that may lie outside")}>
                  {t("tolerate")}
                </th>
                <th scope="col" title={t("The environments in which the column is absent")}>
                  {t("absent in")}
                </th>
                <th scope="col" className="wbu-Right" title={t("The most that it may differ from the baseline")}>
                  {t("drift")}
                </th>
                <th scope="col" className="wbu-Right" title={t("The most that it may differ from what is served")}>
                  {t("skew")}
                </th>
                {hasAnomalies ? <th scope="col">{t("anomalies")}</th> : null}
              </tr>
            </thead>
            <tbody>
              {first > 0 ? <tr aria-hidden="true" style={{ height: first * ROW }} /> : null}
              {found.slice(first, last).map((column, place) => (
                <SchemaRow
                  key={`${String(round)} ${column.name}`}
                  index={first + place + 2}
                  column={column}
                  before={before.get(column.name)}
                  error={refused.find(([each]) => each === column.name)?.[1]}
                  anomalies={hasAnomalies ? data.anomalies.filter((each) => each.column === column.name) : null}
                  edit={edits.find((each) => each.column === column.name)}
                  onChange={(field, value) => { change(column, field, value); }}
                  onError={(field, error) => { mark(column, field, error); }}
                  onAccept={(proposed) => { setEdits((now) => accepted(now, proposed)); }}
                  t={t}
                  locale={locale}
                />
              ))}
              {last < found.length ? <tr aria-hidden="true" style={{ height: (found.length - last) * ROW }} /> : null}
            </tbody>
          </table>
        )}
      </div>
      <footer className="wbu-Schema-foot">
        <pre className="wbu-Code" tabIndex={0} role="region" aria-label={t("Code of the edits")}>{code || t("# what is edited above is written here")}</pre>
        <p className="wbu-Schema-status" role="status" data-tone={trouble !== undefined || (status?.refused && changed > 0) ? "bad" : "ok"}>
          {trouble ?? (changed > 0 ? status?.refused : status?.saved ? t("Saved as %1.", status.saved) : undefined) ?? ""}
        </p>
        <div className="wbu-Schema-actions">
          {changed > 0 || Object.keys(wrong).length > 0 ? (
            <button type="button" className="wbu-Button" onClick={start}>
              {t("Take back")}
            </button>
          ) : null}
          {code ? <CodeButton code={code} onInsertCode={onInsertCode} t={t} /> : null}
          {onSave ? (
            <>
              <label>
                {t("save as")} <input className="wbu-Field" type="text" value={name} placeholder={t("a name")} onChange={(event) => { setName(event.target.value); }} />
              </label>
              <button type="button" className="wbu-Button" data-tone="main" disabled={!canSave} onClick={() => { onSave(edits, name.trim()); }}>
                {t("Save")}
              </button>
            </>
          ) : null}
        </div>
      </footer>
    </Frame>
  );
}
