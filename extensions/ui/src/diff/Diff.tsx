/** Two versions of a dataset: how many rows came, went and changed, in which columns, and how. */

import { useId, useState, type JSX } from "react";
import { formatCount, formatShare } from "../format.js";
import { CodeButton, Frame } from "../Frame.js";
import { languageOf, type HostProps, type Language } from "../text.js";
import { ColumnTable } from "./ColumnTable.js";
import { GLYPHS, isChanged, KINDS, type DiffData } from "./model.js";
import { ChangedRows, Rows } from "./RowTables.js";

export interface DiffProps extends HostProps {
  data: DiffData;
  code?: string | undefined;
  onInsertCode?: ((code: string) => void) | undefined;
  height?: number | undefined;
}

type Tab = "columns" | "changed" | "added" | "removed";

export function Diff({ data, code, onInsertCode, height = 460, ...host }: DiffProps): JSX.Element {
  const { t, locale } = languageOf(host);
  const [tab, setTab] = useState<Tab>(data.samples?.changed?.length ? "changed" : "columns");
  const [column, setColumn] = useState<string | null>(null);
  const id = useId();
  const total = KINDS.reduce((sum, kind) => sum + data[kind], 0);
  const moved = data.columns.filter(isChanged).length;
  const tabs: [Tab, string, boolean][] = [
    ["changed", t("changed rows"), Boolean(data.samples?.changed?.length)],
    ["added", t("added rows"), Boolean(data.samples?.added?.rows.length)],
    ["removed", t("removed rows"), Boolean(data.samples?.removed?.rows.length)],
    ["columns", t("columns · %1 changed", formatCount(moved, locale)), true],
  ];
  const present = tabs.filter(([, , isThere]) => isThere);
  const move = (step: number): void => {
    const place = present.findIndex(([name]) => name === tab);
    setTab(present[(place + step + present.length) % present.length]?.[0] ?? "columns");
  };
  return (
    <Frame label={t("From %1 to %2", data.a.name, data.b.name)} className="wbu-Diff">
      <header className="wbu-Head">
        <strong>
          {data.a.name} → {data.b.name}
        </strong>
        <span className="wbu-Faint">
          {data.key.length > 0 ? t("%1 → %2 rows, told apart by %3", formatCount(data.a.rows, locale), formatCount(data.b.rows, locale), data.key.join(", ")) : t("%1 → %2 rows, told apart as a whole", formatCount(data.a.rows, locale), formatCount(data.b.rows, locale))}
        </span>
        <span className="wbu-Spread" />
        <CodeButton code={code} onInsertCode={onInsertCode} t={t} />
      </header>
      <div className="wbu-Diff-counts">
        <div className="wbu-Diff-bar" role="img" aria-label={KINDS.map((kind) => `${formatCount(data[kind], locale)} ${t(kind)}`).join(", ")}>
          {KINDS.map((kind) => (data[kind] > 0 ? <span key={kind} data-kind={kind} style={{ flexGrow: data[kind] / (total || 1) }} /> : null))}
        </div>
        <dl>
          {KINDS.map((kind) => (
            <div key={kind} data-kind={kind}>
              <dt>
                <span className="wbu-Diff-glyph" aria-hidden="true">
                  {GLYPHS[kind]}
                </span>{" "}
                {t(kind)}
              </dt>
              <dd className={data[kind] === 0 ? "wbu-Faint" : undefined}>
                {formatCount(data[kind], locale)} <span className="wbu-Faint">{total > 0 && data[kind] > 0 ? formatShare(data[kind], total, locale) : ""}</span>
              </dd>
            </div>
          ))}
        </dl>
      </div>
      <div className="wbu-Tabs" role="tablist" aria-label={t("What changed")}>
        {present.map(([name, words]) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-controls={`${id}-panel`}
            aria-selected={tab === name}
            tabIndex={tab === name ? 0 : -1}
            onClick={() => {
              setTab(name);
              setColumn(null);
            }}
            onKeyDown={(event) => {
              const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
              if (step !== undefined) {
                event.preventDefault();
                move(step);
                const next = event.currentTarget.parentElement?.querySelectorAll<HTMLElement>("[role=tab]");
                const place = present.findIndex(([each]) => each === name);
                next?.[(place + step + present.length) % present.length]?.focus();
              }
            }}
          >
            {words}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`} className="wbu-Diff-panel" style={{ maxHeight: height }} tabIndex={0}>
        <Panel
          data={data}
          tab={tab}
          column={column}
          onColumn={(name) => {
            setColumn(name);
            setTab("changed");
          }}
          onAll={() => { setColumn(null); }}
          t={t}
          locale={locale}
        />
      </div>
    </Frame>
  );
}

interface PanelProps extends Language {
  data: DiffData;
  tab: Tab;
  column: string | null;
  onColumn: (name: string) => void;
  onAll: () => void;
}

function Panel({ data, tab, column, onColumn, onAll, ...language }: PanelProps): JSX.Element {
  const { samples } = data;
  if (tab === "changed" && samples?.changed) {
    return <ChangedRows data={data} rows={samples.changed} column={column} onAll={onAll} {...language} />;
  }
  if (tab === "added" && samples?.added) {
    return <Rows data={data} sample={samples.added} total={data.added} kind="added" {...language} />;
  }
  if (tab === "removed" && samples?.removed) {
    return <Rows data={data} sample={samples.removed} total={data.removed} kind="removed" {...language} />;
  }
  return <ColumnTable data={data} onColumn={onColumn} {...language} />;
}
