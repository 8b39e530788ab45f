/** The columns of both versions: which came and went, in how many rows each changed, how far it moved. */

import { useState, type JSX } from "react";
import { formatCount, formatShare } from "../format.js";
import { formatDrift } from "../spans/model.js";
import type { Language } from "../text.js";
import { GLYPHS, isChanged, type DiffColumn, type DiffData } from "./model.js";

const DRIFT = 0.1;

interface ColumnTableProps extends Language {
  data: DiffData;
  onColumn: (name: string) => void;
}

export function ColumnTable({ data, onColumn, t, locale }: ColumnTableProps): JSX.Element {
  const [all, setAll] = useState(false);
  const changed = data.columns.filter(isChanged);
  const shown = all ? data.columns : changed;
  const still = data.columns.length - changed.length;
  const most = Math.max(...data.columns.map((each) => each.changed), 1);
  return (
    <>
      {shown.length === 0 ? (
        <p className="wbu-Empty">{t("No column changed.")}</p>
      ) : (
        <table className="wbu-Diff-table">
          <thead>
            <tr>
              <th scope="col">{t("column")}</th>
              <th scope="col">{t("type")}</th>
              <th scope="col" className="wbu-Right">
                {t("rows changed")}
              </th>
              <td />
              <th scope="col">{t("what moved most")}</th>
              <th scope="col" className="wbu-Right">
                {t("drift")}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((column) => (
              <Row key={`${column.state}-${column.name}`} column={column} most={most} data={data} onColumn={onColumn} t={t} locale={locale} />
            ))}
          </tbody>
        </table>
      )}
      {still > 0 ? (
        <button type="button" className="wbu-Button wbu-Diff-more" aria-expanded={all} onClick={() => { setAll(!all); }}>
          {all ? t("Hide what did not change") : t("Show what did not change (%1)", formatCount(still, locale))}
        </button>
      ) : null}
    </>
  );
}

interface RowProps extends Language {
  column: DiffColumn;
  most: number;
  data: DiffData;
  onColumn: (name: string) => void;
}

function Row({ column, most, data, onColumn, t, locale }: RowProps): JSX.Element {
  const { name, type, before, state, changed, drift } = column;
  return (
    <tr>
      <th scope="row">
        {state === "kept" ? null : (
          <span className="wbu-Diff-state" data-kind={state}>
            <span aria-hidden="true">{GLYPHS[state]} </span>
            {t(state)}
          </span>
        )}
        {changed > 0 ? (
          <button type="button" className="wbu-Link wbu-Name" title={t("Show the changed rows of %1", name)} onClick={() => { onColumn(name); }}>
            {name}
          </button>
        ) : (
          <span className="wbu-Name">{name}</span>
        )}
      </th>
      <td className="wbu-Faint">{before ? `${before} → ${type}` : type}</td>
      <td className="wbu-Right">{changed > 0 ? formatCount(changed, locale) : <span className="wbu-Faint">0</span>}</td>
      <td className="wbu-Diff-share" title={formatShare(changed, data.changed, locale)}>
        <span style={{ width: `${String((100 * changed) / most)}%` }} />
      </td>
      <td className="wbu-Clip">
        {drift && drift.jsd >= 0.0005 ? (
          <>
            {drift.where}{" "}
            <span className="wbu-Faint">
              {formatShare(drift.share_a, 1, locale)} → {formatShare(drift.share_b, 1, locale)}
            </span>
          </>
        ) : null}
      </td>
      <td className="wbu-Right">
        {drift && drift.jsd >= DRIFT ? (
          <span className="wbu-Chip" data-tone="warn">
            {t("JSD %1", formatDrift(drift.jsd, locale))}
          </span>
        ) : (
          <span className="wbu-Faint">{formatDrift(drift?.jsd, locale)}</span>
        )}
      </td>
    </tr>
  );
}
