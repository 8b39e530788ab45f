/** A record's columns under the graph, which they do not cover; choosing one shows where it goes. */

import type { JSX } from "react";
import type { LineageData, LineageNode } from "../data.js";
import { kindWord } from "../format.js";
import type { Language } from "../text.js";
import { columnsOf, type ColumnPath } from "./paths.js";

const SHOWN_STEPS = 60;

interface ColumnPanelProps extends Language {
  data: LineageData;
  node: LineageNode;
  column: string | null;
  path: ColumnPath | null;
  onColumn: (column: string | null) => void;
  onClose: () => void;
  onOpen?: ((id: string) => void) | undefined;
}

export function ColumnPanel({ data, node, column, path, onColumn, onClose, onOpen, t }: ColumnPanelProps): JSX.Element {
  const columns = columnsOf(data, node.id);
  const titles = new Map(data.nodes.map((each) => [each.id, each.title]));
  return (
    <aside className="wbu-Columns" aria-label={node.title} onKeyDown={(event) => { if (event.key === "Escape") { onClose(); } }}>
      <div className="wbu-Columns-head">
        <strong>{node.title}</strong>
        <span className="wbu-Faint">{kindWord(node.kind, t)}</span>
        <span className="wbu-Spread" />
        {onOpen ? (
          <button type="button" className="wbu-Button" onClick={() => { onOpen(node.id); }}>
            {t("Open")}
          </button>
        ) : null}
        <button type="button" className="wbu-Link" aria-label={t("Close")} onClick={onClose}>
          ✕
        </button>
      </div>
      <div className="wbu-Columns-parts">
      <div>
      {columns.length === 0 ? <p className="wbu-Faint">{t("It has no columns of its own.")}</p> : null}
      <ul className="wbu-Columns-list" aria-label={t("Columns")}>
        {columns.map((each) => (
          <li key={each}>
            <button type="button" className="wbu-Link wbu-Code" aria-pressed={each === column} onClick={() => { onColumn(each === column ? null : each); }}>
              {each}
            </button>
          </li>
        ))}
      </ul>
      </div>
      {path ? (
        <div>
          <strong className="wbu-Columns-title">{t("Path of the column")}</strong>
          <ol className="wbu-Columns-path wbu-Code">
            {path.steps.slice(0, SHOWN_STEPS).map((step, index) => (
              <li key={index}>
                {index === 0 ? "" : "→ "}
                {titles.get(step.id)}.{step.column} {step.how ? <span className="wbu-Faint">{step.how}</span> : null}
              </li>
            ))}
            {path.impact
              .filter((id) => !path.steps.some((step) => step.id === id))
              .slice(0, SHOWN_STEPS)
              .map((id) => (
                <li key={id}>→ {titles.get(id)}</li>
              ))}
          </ol>
        </div>
      ) : null}
      </div>
    </aside>
  );
}
