/** A cell to type in: what cannot be meant is said at once, and what is fine becomes an edit. */

import { useEffect, useState, type JSX } from "react";
import type { Language } from "../text.js";
import { isSame, parsed, shown, type Expectation, type SchemaColumn } from "./model.js";

interface FieldProps extends Pick<Language, "t"> {
  column: SchemaColumn;
  /** As the schema has it. */
  before: SchemaColumn | undefined;
  field: Expectation;
  word: string;
  suffix?: string;
  isWrong?: boolean;
  onChange: (field: Expectation, value: number | string[] | null) => void;
  onError: (field: Expectation, error: string | null) => void;
}

export function Field({ column, before, field, word, suffix, isWrong = false, onChange, onError, t }: FieldProps): JSX.Element {
  const value = column[field];
  const [text, setText] = useState(() => shown(field, value));
  const typed = parsed(field, column.type, text);
  const error = "error" in typed ? typed.error : null;
  useEffect(() => {
    // Another hand changed it: a proposal was accepted, or all was taken back.
    setText((now) => {
      const own = parsed(field, column.type, now);
      return "value" in own && isSame(own.value, value) ? now : shown(field, value);
    });
  }, [value, field, column.type]);
  const isChanged = !isSame(value, before?.[field]);
  const label = t("%1 of %2", word, column.name);
  return (
    <span className="wbu-Schema-field" data-changed={isChanged} data-wrong={error !== null || isWrong}>
      <input
        type="text"
        className="wbu-Schema-input"
        data-field={field}
        inputMode={field === "values" || field === "absent" ? "text" : "decimal"}
        aria-label={label}
        aria-invalid={error !== null || isWrong}
        title={error === null ? (isChanged ? t("before: %1", shown(field, before?.[field] ?? null) || "–") : text) : t("%1 takes %2", label, t(error))}
        placeholder="–"
        value={text}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          const meant = parsed(field, column.type, next);
          onError(field, "error" in meant ? t("%1 takes %2", label, t(meant.error)) : null);
          if ("value" in meant) {
            onChange(field, meant.value);
          }
        }}
      />
      {suffix && text !== "" ? <span aria-hidden="true">{suffix}</span> : null}
    </span>
  );
}
