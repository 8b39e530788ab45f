/** Beside the picture: what the colours mean, the record that is read, and the counts as a table. */

import type { JSX } from "react";
import { formatCount, formatShare } from "../format.js";
import type { Language } from "../text.js";
import type { Arrangement } from "./arrange.js";
import type { Group, Grouping } from "./groups.js";
import { isMissing, textOf, type Table } from "./table.js";

interface LegendProps extends Language {
  grouping: Grouping;
  colours: readonly string[];
  rows: number;
  isPicked: (group: Group) => boolean;
  onPick: (group: Group) => void;
}

export function Legend({ grouping, colours, rows, isPicked, onPick, t, locale }: LegendProps): JSX.Element {
  const most = Math.max(...grouping.groups.map((each) => each.count), 1);
  return (
    <section className="wbu-Legend-list" aria-label={t("Colours")}>
      <strong className="wbu-Side-title">{grouping.column.name}</strong>
      {grouping.groups.map((group, place) => (
        <button key={place} type="button" className="wbu-Legend-entry" aria-pressed={isPicked(group)} title={`${group.label}: ${formatCount(group.count, locale)} · ${formatShare(group.count, rows, locale)}`} onClick={() => { onPick(group); }}>
          <span className="wbu-Legend-mark" aria-hidden="true" style={{ background: colours[place] }} />
          <span className="wbu-Legend-name">{group.label}</span>
          <span className="wbu-Legend-count">{formatCount(group.count, locale)}</span>
          <span className="wbu-Legend-bar" aria-hidden="true" style={{ width: `${String((100 * group.count) / most)}%`, background: colours[place] }} />
        </button>
      ))}
    </section>
  );
}

interface RecordProps extends Language {
  table: Table;
  row: number;
  onClose: () => void;
}

export function RecordCard({ table, row, onClose, t, locale }: RecordProps): JSX.Element {
  return (
    <section className="wbu-Record" aria-label={t("Record")}>
      <div className="wbu-Record-head">
        <strong className="wbu-Side-title">{t("row %1", formatCount(table.index[row] ?? 0, locale))}</strong>
        <button type="button" className="wbu-Link" aria-label={t("Close")} onClick={onClose}>
          ✕
        </button>
      </div>
      <dl tabIndex={0} role="group" aria-label={t("Record")}>
        {table.columns.map((column) => (
          <div key={column.name}>
            <dt title={column.name}>{column.name}</dt>
            <dd className={isMissing(column, row) ? "wbu-Faint" : undefined} title={textOf(column, row, { t, locale })}>
              {isMissing(column, row) ? "–" : textOf(column, row, { t, locale })}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface FacetTableProps extends Language {
  arrangement: Pick<Arrangement, "cells">;
  rowsBy: Grouping | null;
  columnsBy: Grouping | null;
  total: number;
}

export function FacetTable({ arrangement, rowsBy, columnsBy, total, t, locale }: FacetTableProps): JSX.Element {
  const columns = columnsBy?.groups.map((each) => each.label) ?? [t("rows")];
  const rows = rowsBy?.groups.map((each) => each.label) ?? [t("all")];
  return (
    <div className="wbu-Facets" tabIndex={0} role="region" aria-label={t("Rows by facet")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{[rowsBy?.column.name, columnsBy?.column.name].filter(Boolean).join(" × ") || t("facet")}</th>
            {columns.map((label, place) => (
              <th key={place} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((label, row) => (
            <tr key={row}>
              <th scope="row">{label}</th>
              {columns.map((_, column) => {
                const count = arrangement.cells[row * columns.length + column]?.count ?? 0;
                return (
                  <td key={column} className={count === 0 ? "wbu-Faint" : undefined} title={formatShare(count, total, locale)}>
                    {formatCount(count, locale)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
