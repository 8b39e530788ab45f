/** Where a record came from and what came of it, as a graph or a list; columns can be followed. */

import { useCallback, useEffect, useMemo, useState, type JSX } from "react";
import type { LineageData } from "../data.js";
import { countKinds } from "../format.js";
import { CodeButton, Frame, useSize } from "../Frame.js";
import { languageOf, type HostProps } from "../text.js";
import { ColumnPanel } from "./ColumnPanel.js";
import { LineageList } from "./LineageList.js";
import { NODE_HEIGHT, NODE_WIDTH, type LayoutResult } from "./layout.js";
import { columnPath, neighbours, reach } from "./paths.js";
import { Picture } from "./Picture.js";
import { runLayout } from "./runLayout.js";
import { firstSight, fit, zoom, type View } from "./view.js";

export interface LineageGraphProps extends HostProps {
  data: LineageData;
  /** The record whose lineage it is; `data.root` by default. */
  selected?: string | undefined;
  /** The column of that record whose path is shown first. */
  column?: string | undefined;
  onOpen?: ((id: string) => void) | undefined;
  code?: string | undefined;
  onInsertCode?: ((code: string) => void) | undefined;
  /** In pixels; by default what the graph needs, 560 at the most. */
  height?: number | undefined;
}

export function LineageGraph(props: LineageGraphProps): JSX.Element {
  const { data, onOpen, code, onInsertCode } = props;
  const language = languageOf(props);
  const { t, locale } = language;
  const root = props.selected ?? data.root;
  const [laid, setLaid] = useState<{ of: LineageData; result: LayoutResult } | null>(null);
  const [asList, setAsList] = useState(false);
  const [focus, setFocus] = useState<string | null>(props.column === undefined ? null : (root ?? null));
  const [column, setColumn] = useState<string | null>(props.column ?? null);
  const [moved, setMoved] = useState<View | null>(null);
  const [measure, width] = useSize<HTMLDivElement>(1000, 400);
  useEffect(() => {
    const abort = new AbortController();
    const input = { nodes: data.nodes.map((node) => node.id), edges: data.edges.map(({ source, target }): [string, string] => [source, target]) };
    void runLayout(input, abort.signal).then((result) => {
      if (!abort.signal.aborted) {
        setLaid({ of: data, result });
      }
    });
    return () => { abort.abort(); };
  }, [data]);
  const result = laid?.of === data ? laid.result : null;
  const height = props.height ?? Math.max(340, Math.min(560, (result?.height ?? 400) + 72));
  const frame = useMemo(() => ({ width, height }), [width, height]);
  const home = useMemo(() => {
    const index = data.nodes.findIndex((node) => node.id === root);
    const [x, y] = result?.places[index] ?? [0, 0];
    return result ? firstSight(result, frame, [x + NODE_WIDTH / 2, y + NODE_HEIGHT / 2]) : { x: 0, y: 0, scale: 1 };
  }, [data, result, frame, root]);
  const view = moved ?? home;
  const changeView = useCallback((change: (view: View) => View) => { setMoved((now) => change(now ?? home)); }, [home]);
  const path = useMemo(() => (focus !== null && column !== null ? columnPath(data, focus, column) : null), [data, focus, column]);
  const hot = useMemo(() => {
    if (path) {
      return path.nodes;
    }
    return focus === null ? null : new Set([...reach([focus], neighbours(data, "up")), ...reach([focus], neighbours(data, "down"))]);
  }, [data, focus, path]);
  const choose = (id: string | null): void => {
    setFocus(id);
    setColumn(null);
  };
  const title = data.nodes.find((node) => node.id === root)?.title;
  const focused = data.nodes.find((node) => node.id === focus);
  const kinds = new Map(data.nodes.map((node) => [node.id, node.kind]));
  return (
    <Frame label={title ? t("Lineage of %1", title) : t("Lineage")} className="wbu-Lineage">
      <header className="wbu-Head">
        <strong>{title ? t("Lineage of %1", title) : t("Lineage")}</strong>
        {path && column ? (
          <>
            <span className="wbu-Chip" data-tone="brand">
              {t("column %1", column)}
            </span>
            <span className="wbu-Run-facts" role="status" title={countKinds(path.impact.map((id) => kinds.get(id) ?? ""), t)}>
              {path.impact.length === 0
                ? t("nothing depends on it")
                : t("what breaks if it is dropped: %1", countKinds(path.impact.map((id) => kinds.get(id) ?? ""), t))}
            </span>
          </>
        ) : (
          <span className="wbu-Run-facts">{countKinds(data.nodes.map((node) => node.kind), t)}</span>
        )}
        {asList ? null : (
          <>
            <button type="button" className="wbu-Toggle" aria-label={t("Zoom out")} onClick={() => { changeView((now) => zoom(now, 1 / 1.4, width / 2, height / 2)); }}>
              −
            </button>
            <button type="button" className="wbu-Toggle" aria-label={t("Zoom in")} onClick={() => { changeView((now) => zoom(now, 1.4, width / 2, height / 2)); }}>
              +
            </button>
            <button type="button" className="wbu-Toggle" onClick={() => { setMoved(result ? fit(result, frame) : null); }}>
              {t("fit")}
            </button>
          </>
        )}
        <button type="button" className="wbu-Toggle" aria-pressed={asList} onClick={() => { setAsList(!asList); }}>
          {t("as list")}
        </button>
        <CodeButton code={code} onInsertCode={onInsertCode} t={t} />
      </header>
      {data.nodes.length === 0 ? (
        <p className="wbu-Empty">{t("Nothing is known of where this came from. Records made with wb.ingest, wb.train and the like appear here.")}</p>
      ) : asList ? (
        <LineageList data={data} onOpen={onOpen} {...language} />
      ) : (
        <div className="wbu-Lineage-stage" ref={measure} style={{ minHeight: height }}>
          {result ? (
            <Picture data={data} laid={result} frame={frame} view={view} onView={changeView} root={root} focus={focus} hot={hot} onFocus={choose} onOpen={onOpen} {...language} />
          ) : (
            <p className="wbu-Empty" role="status">
              {t("Laying out %1 records", data.nodes.length.toLocaleString(locale))}
            </p>
          )}
        </div>
      )}
      {focused && !asList ? (
        <ColumnPanel data={data} node={focused} column={column} path={path} onColumn={setColumn} onClose={() => { choose(null); }} onOpen={onOpen} {...language} />
      ) : null}
    </Frame>
  );
}
