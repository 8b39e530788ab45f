/** One column of a schema: its expectations as fields, its anomalies beside them. */

import type { JSX } from "react";
import type { Language } from "../text.js";
import { Field } from "./Field.js";
import { hasField, isEmptyRange, isSame, type Edit, type Expectation, type SchemaAnomaly, type SchemaColumn } from "./model.js";

interface RowProps extends Language {
  index: number;
  column: SchemaColumn;
  before: SchemaColumn | undefined;
  error: string | undefined;
  /** Null where no column has any, and they take no room. */
  anomalies: readonly SchemaAnomaly[] | null;
  edit: Edit | undefined;
  onChange: (field: Expectation, value: number | string[] | null) => void;
  onError: (field: Expectation, error: string | null) => void;
  onAccept: (edits: readonly Edit[]) => void;
}

export function SchemaRow({ index, column, before, error, anomalies, edit, onChange, onError, onAccept, t }: RowProps): JSX.Element {
  const isEmpty = isEmptyRange(column);
  const field = (name: Expectation, word: string, suffix?: string): JSX.Element | null =>
    hasField(column.type, name) ? <Field column={column} before={before} field={name} word={word} {...(suffix ? { suffix } : {})} isWrong={isEmpty && (name === "minimum" || name === "maximum")} onChange={onChange} onError={onError} t={t} /> : null;
  return (
    <tr aria-rowindex={index} data-edited={edit !== undefined} data-refused={error !== undefined} title={error}>
      <th scope="row" title={column.name}>
        {before ? null : (
          <span className="wbu-Schema-new">
            <span aria-hidden="true">+ </span>
            {t("new")}{" "}
          </span>
        )}
        <span className="wbu-Name">{column.name}</span>
      </th>
      <td className="wbu-Faint">
        {t(column.type.toLowerCase())} {column.stage ? <span className="wbu-Chip">{column.stage.toLowerCase()}</span> : null}
      </td>
      <td className="wbu-Right">{field("present", t("present"), " %")}</td>
      <td>
        {column.type === "STRING" ? (
          field("values", t("values"))
        ) : hasField(column.type, "minimum") ? (
          <span className="wbu-Schema-range">
            {field("minimum", t("minimum"))}
            <span className="wbu-Faint" aria-hidden="true">
              …
            </span>
            {field("maximum", t("maximum"))}
          </span>
        ) : (
          <span className="wbu-Faint">–</span>
        )}
      </td>
      <td className="wbu-Right">{column.values ? field("tolerate", t("tolerate"), " %") : null}</td>
      <td>{field("absent", t("absent in"))}</td>
      <td className="wbu-Right">{field("drift", t("drift"))}</td>
      <td className="wbu-Right">{field("skew", t("skew"))}</td>
      {anomalies ? (
        <td>
          {anomalies.map((anomaly, place) => (
            <Anomaly key={place} anomaly={anomaly} isAccepted={isMade(anomaly.edits, column)} onAccept={onAccept} t={t} />
          ))}
        </td>
      ) : null}
    </tr>
  );
}

interface AnomalyProps extends Pick<Language, "t"> {
  anomaly: SchemaAnomaly;
  isAccepted: boolean;
  onAccept: (edits: readonly Edit[]) => void;
}

function Anomaly({ anomaly, isAccepted, onAccept, t }: AnomalyProps): JSX.Element {
  return (
    <span className="wbu-Schema-anomaly" data-accepted={isAccepted} title={`${anomaly.description}\n${anomaly.kind}`}>
      <span className="wbu-Schema-glyph" data-severity={anomaly.severity} aria-hidden="true">
        {isAccepted ? "✓" : "!"}
      </span>
      <span className="wbu-Hidden">{t(anomaly.severity.toLowerCase())}: </span>
      <span className="wbu-Schema-short">{t(anomaly.short)}</span>
      {isAccepted ? (
        <span className="wbu-Faint">{t("mended")}</span>
      ) : anomaly.edits.length > 0 ? (
        <button type="button" className="wbu-Button" aria-label={t("Accept the edit for %1: %2", anomaly.column, t(anomaly.short))} onClick={() => { onAccept(anomaly.edits); }}>
          {t("Accept")}
        </button>
      ) : null}
    </span>
  );
}

/** Whether the column is already as the proposed edits would make it. */
function isMade(proposed: readonly Edit[], column: SchemaColumn): boolean {
  return proposed.length > 0 && proposed.every((each) => each.column === column.name && Object.entries(each.changes).every(([name, value]) => isSame(value, column[name as keyof SchemaColumn])));
}
