/** A table of a record's page. Of many rows only those in view are in the document. */

import * as React from "react";
import { Cell, exact, plainOf } from "./cells";
import { heading } from "./headings";
import { useView } from "./scrolling";
import type { CellValue, ITable } from "./tokens";
import { whole, type ILanguage } from "./wording";

const ROW = 27;
/** From so many rows on, those out of view are left out. */
const MANY = 200;
/** Rows kept ready above and below what is seen. */
const SPARE = 12;
/** From so many rows on, a field finds some of them. */
const SEARCHED = 15;

export interface ITableProps {
  table: ITable;
  language: ILanguage;
  onOpen: (id: string) => void;
  /** Opens the lineage of a record's column. */
  onColumn?: ((record: string, column: string) => void) | undefined;
  /** What stands beside the title. */
  note?: string | undefined;
}

interface IOrder {
  column: number;
  down: boolean;
}

export function RecordTable(props: ITableProps): React.JSX.Element {
  const { table, language, note } = props;
  const [order, setOrder] = React.useState<IOrder | null>(null);
  const [query, setQuery] = React.useState("");
  const rows = React.useMemo(() => sorted(found(table, query), order), [table, query, order]);
  const { trans } = language;
  const title = heading(table.title, trans);
  const scroller = React.useRef<HTMLDivElement>(null);
  const [top, height] = useView(scroller);
  const isMany = rows.length > MANY;
  const first = isMany ? Math.max(Math.floor(top / ROW) - SPARE, 0) : 0;
  const last = isMany ? Math.min(Math.ceil((top + height) / ROW) + SPARE, rows.length) : rows.length;
  return (
    <section
      className="wb-Card"
      data-wide={table.columns.some(({ format }) => format === "prose") || undefined}
      aria-label={title}
    >
      <h2 className="wb-Card-title">
        {title}
        <span className="wb-Faint">
          {query === ""
            ? whole(table.rows.length, language)
            : trans.__("%1 of %2", whole(rows.length, language), whole(table.rows.length, language))}
        </span>
        {note ? <span className="wb-Faint">{note}</span> : null}
        {table.rows.length >= SEARCHED ? (
          <>
            <span className="wb-Spread" />
            <input
              type="search"
              className="wb-Form-field wb-Card-search"
              placeholder={trans.__("Find")}
              aria-label={trans.__("Find in %1", title)}
              value={query}
              onChange={(event) => {
                setQuery(event.target.value);
              }}
            />
          </>
        ) : null}
      </h2>
      <div ref={scroller} className="wb-Card-scroll" tabIndex={0} role="group" aria-label={title}>
        <table className="wb-Table" aria-rowcount={isMany ? rows.length + 1 : undefined}>
          <Head {...props} order={order} onOrder={setOrder} />
          <tbody>
            {first > 0 ? <Gap rows={first} columns={table.columns.length} /> : null}
            {rows.slice(first, last).map((row, index) => (
              <tr key={first + index} aria-rowindex={isMany ? first + index + 2 : undefined}>
                {table.columns.map((column, place) => (
                  <td
                    key={place}
                    data-align={column.align}
                    data-format={column.format}
                    title={exact(row[place], column, language)}
                  >
                    <Cell {...props} value={row[place] ?? null} column={column} />
                  </td>
                ))}
              </tr>
            ))}
            {last < rows.length ? <Gap rows={rows.length - last} columns={table.columns.length} /> : null}
          </tbody>
        </table>
        {rows.length === 0 ? <p className="wb-Page-notice wb-Faint">{trans.__("No row is like that.")}</p> : null}
      </div>
    </section>
  );
}

function Head(props: ITableProps & { order: IOrder | null; onOrder: (order: IOrder | null) => void }): React.JSX.Element {
  const { table, language, order, onOrder } = props;
  return (
    <thead>
      <tr>
        {table.columns.map((column, index) => (
          <th
            key={`${column.name}-${index}`}
            scope="col"
            data-align={column.align}
            aria-sort={order?.column === index ? (order.down ? "descending" : "ascending") : undefined}
          >
            {column.name ? (
              <button
                type="button"
                className="wb-Table-sort"
                onClick={() => {
                  onOrder(next(order, index));
                }}
              >
                {[heading(column.name, language.trans), column.unit].filter(Boolean).join(", ")}
                <span aria-hidden="true">{order?.column === index ? (order.down ? " ▾" : " ▴") : ""}</span>
              </button>
            ) : (
              <span className="wb-Hidden">{language.trans.__("name")}</span>
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** The room of rows that are out of view. */
function Gap({ rows, columns }: { rows: number; columns: number }): React.JSX.Element {
  return (
    <tr aria-hidden="true">
      <td className="wb-Table-gap" colSpan={columns} style={{ height: rows * ROW }} />
    </tr>
  );
}

function next(before: IOrder | null, column: number): IOrder | null {
  if (before?.column !== column) {
    return { column, down: false };
  }
  return before.down ? null : { column, down: true };
}

function found(table: ITable, query: string): readonly (readonly CellValue[])[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0
    ? table.rows
    : table.rows.filter((row) => {
        const text = row.map((value) => String(plainOf(value) ?? "")).join(" ").toLocaleLowerCase();
        return words.every((word) => text.includes(word));
      });
}

function sorted(
  rows: readonly (readonly CellValue[])[],
  order: IOrder | null,
): readonly (readonly CellValue[])[] {
  if (order === null) {
    return rows;
  }
  const sign = order.down ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [plainOf(one[order.column]), plainOf(other[order.column])];
    if (a === null || b === null) {
      return Number(a === null) - Number(b === null); // what is not known comes last, either way
    }
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  });
}
