/** Some of the rows that changed, cell by cell, and some that came or went. */

import type { JSX } from "react";
import { formatCount } from "../format.js";
import type { Language } from "../text.js";
import { cellsOf, columnsOf, GLYPHS, numbersOf, pieces, type Cell, type ChangedRow, type DiffData, type RowSample } from "./model.js";

interface ChangedRowsProps extends Language {
  data: DiffData;
  rows: readonly ChangedRow[];
  /** Only the rows in which this column changed. */
  column: string | null;
  onAll: () => void;
}

export function ChangedRows({ data, rows, column, onAll, t, locale }: ChangedRowsProps): JSX.Element {
  const shown = column === null ? rows : rows.filter((row) => cellsOf(row, column));
  const columns = column === null ? columnsOf(shown, data.columns) : [column];
  const side = sideOf(data);
  return (
    <>
      <p className="wbu-Diff-note wbu-Faint">
        {t("%1 of %2 changed rows; each cell says what it was, and what it is.", formatCount(shown.length, locale), formatCount(data.changed, locale))}{" "}
        {column === null ? null : (
          <button type="button" className="wbu-Link wbu-Diff-all" onClick={onAll}>
            {t("all columns")}
          </button>
        )}
      </p>
      {shown.length === 0 ? (
        <p className="wbu-Empty">{t("None of the rows shown here changed in %1.", column ?? "")}</p>
      ) : (
        <table className="wbu-Diff-table wbu-Diff-cells">
          <thead>
            <tr>
              {data.key.map((name) => (
                <th key={name} scope="col" className={side(name)}>
                  {name}
                </th>
              ))}
              {columns.map((name) => (
                <th key={name} scope="col" className={side(name)}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, place) => (
              <tr key={place}>
                {row.key.map((cell, each) => (
                  <th key={each} scope="row" className={side(data.key[each])}>
                    {cell ?? "–"}
                  </th>
                ))}
                {columns.map((name) => {
                  const cells = cellsOf(row, name);
                  return (
                    <td key={name} className={side(name)}>
                      {cells ? <BeforeAndAfter cells={cells} t={t} /> : <span className="wbu-Faint">·</span>}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

/** The class that sets a column of numbers to the right. */
function sideOf(data: DiffData): (name: string | undefined) => string | undefined {
  const numbers = numbersOf(data.columns);
  return (name) => (name !== undefined && numbers.has(name) ? "wbu-Right" : undefined);
}

/** Longer texts stand one over the other. */
const LONG = 18;

/** The old text and the new one, with what differs in each marked. */
function BeforeAndAfter({ cells: [before, after], t }: Pick<Language, "t"> & { cells: [Cell, Cell] }): JSX.Element {
  return (
    <div className="wbu-Diff-pair" data-long={Math.max(before?.length ?? 0, after?.length ?? 0) > LONG}>
      <del>
        <span className="wbu-Hidden">{t("before")} </span>
        <Text cell={before} other={after} t={t} />
      </del>
      <ins>
        <span className="wbu-Hidden">{t("after")} </span>
        <Text cell={after} other={before} t={t} />
      </ins>
    </div>
  );
}

function Text({ cell, other, t }: Pick<Language, "t"> & { cell: Cell; other: Cell }): JSX.Element {
  if (cell === null) {
    return <span className="wbu-Diff-missing">{t("missing")}</span>;
  }
  if (other === null || (!Number.isNaN(Number(cell)) && !Number.isNaN(Number(other)))) {
    return <b>{cell}</b>; // digits that two numbers share mean nothing
  }
  return (
    <>
      {pieces(cell, other).map((piece, place) => (piece.isChanged ? <b key={place}>{piece.text}</b> : <span key={place}>{piece.text}</span>))}
    </>
  );
}

interface RowsProps extends Language {
  data: DiffData;
  sample: RowSample;
  total: number;
  kind: "added" | "removed";
}

export function Rows({ data, sample, total, kind, t, locale }: RowsProps): JSX.Element {
  const words = kind === "added" ? t("%1 of %2 added rows", formatCount(sample.rows.length, locale), formatCount(total, locale)) : t("%1 of %2 removed rows", formatCount(sample.rows.length, locale), formatCount(total, locale));
  const side = sideOf(data);
  return (
    <>
      <p className="wbu-Diff-note wbu-Faint">{words}</p>
      <table className="wbu-Diff-table" data-kind={kind}>
        <thead>
          <tr>
            <th aria-hidden="true" />
            {sample.columns.map((name) => (
              <th key={name} scope="col" className={side(name)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sample.rows.map((row, place) => (
            <tr key={place}>
              <td aria-hidden="true">
                <span className="wbu-Diff-glyph">{GLYPHS[kind]}</span>
              </td>
              {row.map((cell, each) => (
                <td key={each} className={side(sample.columns[each])}>
                  {cell ?? <span className="wbu-Faint">–</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
