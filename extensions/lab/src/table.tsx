/** A table of a record's page: exact values on hover and on copy, three digits to look at. */

import * as React from "react";
import { State } from "./glyphs";
import { heading } from "./headings";
import type { CellValue, ICellLink, IColumn, IInterval, ITable } from "./tokens";
import { absolute, ago, bytes, significant, took, whole, type ILanguage } from "./wording";

/** Rows shown before a person asks for all of them. */
const FIRST = 100;

export interface ITableProps {
  table: ITable;
  language: ILanguage;
  onOpen: (id: string) => void;
}

export function RecordTable(props: ITableProps): React.JSX.Element {
  const { table, language, onOpen } = props;
  const [order, setOrder] = React.useState<{ column: number; down: boolean } | null>(null);
  const [all, setAll] = React.useState(false);
  const rows = React.useMemo(() => sorted(table, order), [table, order]);
  const shown = all ? rows : rows.slice(0, FIRST);
  const { trans } = language;
  const title = heading(table.title, trans);
  return (
    <section className="wb-Card" aria-label={title}>
      <h2 className="wb-Card-title">
        {title}
        <span className="wb-Faint">{whole(table.rows.length, language)}</span>
      </h2>
      <div className="wb-Card-scroll" tabIndex={0} role="group" aria-label={title}>
        <table className="wb-Table">
          <thead>
            <tr>
              {table.columns.map((column, index) => (
                <th
                  key={`${column.name}-${index}`}
                  scope="col"
                  data-align={column.align}
                  aria-sort={
                    order?.column === index ? (order.down ? "descending" : "ascending") : undefined
                  }
                >
                  {column.name ? (
                    <button
                      type="button"
                      className="wb-Table-sort"
                      onClick={() => {
                        setOrder((before) => next(before, index));
                      }}
                    >
                      {[heading(column.name, trans), column.unit].filter(Boolean).join(", ")}
                      <span aria-hidden="true">
                        {order?.column === index ? (order.down ? " ▾" : " ▴") : ""}
                      </span>
                    </button>
                  ) : (
                    <span className="wb-Hidden">{trans.__("name")}</span>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              <tr key={index}>
                {table.columns.map((column, place) => (
                  <td key={place} data-align={column.align} title={exact(row[place], column, language)}>
                    <Cell value={row[place] ?? null} column={column} language={language} onOpen={onOpen} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < rows.length ? (
        <button
          type="button"
          className="wb-Button wb-Card-more"
          onClick={() => {
            setAll(true);
          }}
        >
          {trans.__("Show all %1", whole(rows.length, language))}
        </button>
      ) : null}
    </section>
  );
}

function Cell(props: {
  value: CellValue;
  column: IColumn;
  language: ILanguage;
  onOpen: (id: string) => void;
}): React.JSX.Element {
  const { value, column, language, onOpen } = props;
  if (isLink(value)) {
    return (
      <button
        type="button"
        className="wb-Link"
        onClick={() => {
          onOpen(value.record);
        }}
      >
        {value.stroke ? (
          <span className="wb-Key" style={{ background: value.stroke }} aria-hidden="true" />
        ) : null}
        <Plain value={value.text} column={column} language={language} />
      </button>
    );
  }
  if (isInterval(value)) {
    return (
      <Interval value={value} isDifference={column.format === "difference"} language={language} />
    );
  }
  return <Plain value={value} column={column} language={language} />;
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
  bytes,
  seconds: took,
  plain: String,
  share: (value, { locale }) =>
    value.toLocaleString(locale, { style: "percent", maximumSignificantDigits: 3 }),
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
  return String(value);
}

function exact(value: CellValue | undefined, column: IColumn, language: ILanguage): string | undefined {
  if (isInterval(value)) {
    return `${value.value} (${value.low}, ${value.high})`;
  }
  const plain = isLink(value) ? value.text : value;
  if (plain === null || plain === undefined || plain === "") {
    return undefined;
  }
  return column.format === "time" ? absolute(String(plain), language) : String(plain);
}

function isLink(value: CellValue | undefined): value is ICellLink {
  return typeof value === "object" && value !== null && "text" in value;
}

function isInterval(value: CellValue | undefined): value is IInterval {
  return typeof value === "object" && value !== null && "low" in value;
}

function next(
  before: { column: number; down: boolean } | null,
  column: number,
): { column: number; down: boolean } | null {
  if (before?.column !== column) {
    return { column, down: false };
  }
  return before.down ? null : { column, down: true };
}

function sorted(
  table: ITable,
  order: { column: number; down: boolean } | null,
): readonly (readonly CellValue[])[] {
  if (order === null) {
    return table.rows;
  }
  const sign = order.down ? -1 : 1;
  const key = (row: readonly CellValue[]): string | number | null => {
    const value = row[order.column] ?? null;
    if (isInterval(value)) {
      return value.value;
    }
    const plain = isLink(value) ? value.text : value;
    return typeof plain === "boolean" ? Number(plain) : plain === "" ? null : plain;
  };
  return [...table.rows].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    if (a === null || b === null) {
      return Number(a === null) - Number(b === null); // what is not known comes last, either way
    }
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  });
}
