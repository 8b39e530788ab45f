/** Cells of a record's tables: three digits to look at, exact values on hover and on copy. */

import { translator } from "@workbench/ui";
import * as React from "react";
import { State } from "./glyphs";
import { heading } from "./headings";
import type { CellValue, ICellLink, ICellLinks, IColumn, IInterval } from "./tokens";
import { absolute, ago, bytes, kindOf, roleName, significant, stepName, took, whole, type ILanguage } from "./wording";

export interface ICellProps {
  value: CellValue;
  column: IColumn;
  language: ILanguage;
  onOpen: (id: string) => void;
  /** Opens the lineage of a record's column. */
  onColumn?: ((record: string, column: string) => void) | undefined;
}

export function Cell(props: ICellProps): React.JSX.Element {
  const { value, column, language } = props;
  if (isLinks(value)) {
    return value.links.length === 0 ? (
      <span className="wb-Faint">–</span>
    ) : (
      <>
        {value.links.map((link, place) => (
          <React.Fragment key={place}>
            {place > 0 ? ", " : ""}
            <Link {...props} value={link} />
            {link.how ? <span className="wb-Faint"> {link.how}</span> : null}
          </React.Fragment>
        ))}
      </>
    );
  }
  if (isLink(value)) {
    return <Link {...props} value={value} />;
  }
  if (isInterval(value)) {
    return (
      <Interval value={value} isDifference={column.format === "difference"} language={language} />
    );
  }
  return <Plain value={value} column={column} language={language} />;
}

function Link(props: ICellProps & { value: ICellLink }): React.JSX.Element {
  const { value, column, language, onOpen, onColumn } = props;
  return (
    <button
      type="button"
      className="wb-Link"
      title={
        value.column === undefined ? undefined : language.trans.__("Show the lineage of %1", value.text)
      }
      onClick={() => {
        if (value.column !== undefined && onColumn) {
          onColumn(value.record, value.column);
        } else {
          onOpen(value.record);
        }
      }}
    >
      {value.stroke ? (
        <span className="wb-Key" style={{ background: value.stroke }} aria-hidden="true" />
      ) : null}
      <Plain value={value.text} column={column} language={language} />
    </button>
  );
}

/** `0.731 ± 0.004`; a difference with its sign, and its interval whole. */
function Interval(props: {
  value: IInterval;
  isDifference: boolean;
  language: ILanguage;
}): React.JSX.Element {
  const { value, isDifference, language } = props;
  const half = (value.high - value.low) / 2;
  const digits = half > 0 ? Math.min(Math.max(1 - Math.floor(Math.log10(half)), 0), 6) - 1 : 3;
  const show = (each: number): string =>
    each.toLocaleString(language.locale, {
      minimumFractionDigits: Math.max(digits, 3),
      maximumFractionDigits: Math.max(digits, 3),
      signDisplay: isDifference ? "always" : "auto",
    });
  return isDifference ? (
    <span>
      {show(value.value)} <span className="wb-Faint">{`(${show(value.low)}, ${show(value.high)})`}</span>
    </span>
  ) : (
    <span>
      {show(value.value)} <span className="wb-Faint">± {show(half)}</span>
    </span>
  );
}

function Plain(props: {
  value: string | number | boolean | null;
  column: IColumn;
  language: ILanguage;
}): React.JSX.Element {
  const { value, column, language } = props;
  if (value === null || value === "") {
    return <span className="wb-Faint">{value === null ? "–" : ""}</span>;
  }
  if (column.format === "state" && typeof value === "string") {
    return <State state={value} trans={language.trans} />;
  }
  const text = format(value, column.format, language);
  return (
    <span className={value === 0 ? "wb-Faint" : column.format === "code" ? "wb-Code" : undefined}>
      {text}
    </span>
  );
}

const NUMBERS: Record<string, (value: number, language: ILanguage) => string> = {
  number: significant,
  count: whole,
  plus: (value, language) => `+${whole(value, language)}`,
  minus: (value, language) => `−${whole(value, language)}`,
  bytes,
  seconds: took,
  plain: String,
  share: (value, { locale }) =>
    value.toLocaleString(locale, { style: "percent", maximumSignificantDigits: 3 }),
};

const WORDS: Record<string, (value: string, language: ILanguage) => string> = {
  kind: (value, { trans }) => kindOf(value, trans),
  step: (value, { trans }) => stepName(value, trans),
  roles: (value, { trans }) => value.split(", ").map((role) => roleName(role, trans)).join(", "),
  anomaly: (value, { locale }) => translator(locale)(value),
  word: (value, { trans }) => heading(value, trans),
};

export function format(
  value: string | number | boolean,
  form: string,
  language: ILanguage,
): string {
  if (typeof value === "number") {
    return value === 0 ? "0" : (NUMBERS[form] ?? significant)(value, language);
  }
  if (form === "time" && typeof value === "string") {
    return ago(value, language);
  }
  return WORDS[form]?.(String(value), language) ?? String(value);
}

/** The value in full, for a tooltip. */
export function exact(
  value: CellValue | undefined,
  column: IColumn,
  language: ILanguage,
): string | undefined {
  if (isInterval(value)) {
    return `${value.value} (${value.low}, ${value.high})`;
  }
  if (isLinks(value) || (isLink(value) && value.column !== undefined)) {
    return undefined;
  }
  const plain = isLink(value) ? value.text : value;
  if (plain === null || plain === undefined || plain === "") {
    return undefined;
  }
  return column.format === "time" ? absolute(String(plain), language) : String(plain);
}

/** What a column is sorted and searched by. */
export function plainOf(value: CellValue | undefined): string | number | null {
  if (isInterval(value)) {
    return value.value;
  }
  if (isLinks(value)) {
    return value.links.map((link) => link.text).join(", ") || null;
  }
  const plain = isLink(value) ? value.text : (value ?? null);
  return typeof plain === "boolean" ? Number(plain) : plain === "" ? null : plain;
}

function isLink(value: CellValue | undefined): value is ICellLink {
  return typeof value === "object" && value !== null && "text" in value;
}

function isLinks(value: CellValue | undefined): value is ICellLinks {
  return typeof value === "object" && value !== null && "links" in value;
}

function isInterval(value: CellValue | undefined): value is IInterval {
  return typeof value === "object" && value !== null && "low" in value;
}
