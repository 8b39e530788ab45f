/** The graph as a table: what each record comes from and leads to. */

import { useMemo, useState, type JSX } from "react";
import type { LineageData } from "../data.js";
import { kindWord } from "../format.js";
import { visibleRange } from "../statistics/window.js";
import type { Language } from "../text.js";
import { neighbours } from "./paths.js";

const ROW = 28;
const SIGHT = 480;
const NAMED = 4;

interface LineageListProps extends Language {
  data: LineageData;
  onOpen?: ((id: string) => void) | undefined;
}

export function LineageList({ data, onOpen, t }: LineageListProps): JSX.Element {
  const [top, setTop] = useState(0);
  const [up, down, titles] = useMemo(
    () => [neighbours(data, "up"), neighbours(data, "down"), new Map(data.nodes.map((node) => [node.id, node.title]))] as const,
    [data],
  );
  const [first, last] = visibleRange(data.nodes.length, ROW, top, SIGHT);
  const link = (id: string): JSX.Element =>
    onOpen ? (
      <button key={id} type="button" className="wbu-Link" onClick={() => { onOpen(id); }}>
        {titles.get(id)}
      </button>
    ) : (
      <span key={id}>{titles.get(id)}</span>
    );
  const links = (ids: readonly string[] = []): JSX.Element => (
    <>
      {ids.slice(0, NAMED).map((id, index) => (
        <span key={id}>
          {index > 0 ? ", " : ""}
          {link(id)}
        </span>
      ))}
      {ids.length > NAMED ? ` +${String(ids.length - NAMED)}` : ""}
      {ids.length === 0 ? <span className="wbu-Faint">–</span> : null}
    </>
  );
  return (
    <div className="wbu-Lineage-list" style={{ maxHeight: SIGHT }} tabIndex={0} role="region" aria-label={t("Lineage")} onScroll={(event) => { setTop(event.currentTarget.scrollTop); }}>
      <table aria-rowcount={data.nodes.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {["record", "kind", "fact", "comes from", "leads to"].map((word) => (
              <th key={word} scope="col">
                {t(word)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 ? <tr aria-hidden="true" style={{ height: first * ROW }} /> : null}
          {data.nodes.slice(first, last).map((node, index) => (
            <tr key={node.id} aria-rowindex={first + index + 2}>
              <th scope="row">{link(node.id)}</th>
              <td>{kindWord(node.kind, t)}</td>
              <td className="wbu-Faint">{node.subtitle}</td>
              <td>{links(up.get(node.id))}</td>
              <td>{links(down.get(node.id))}</td>
            </tr>
          ))}
          {last < data.nodes.length ? <tr aria-hidden="true" style={{ height: (data.nodes.length - last) * ROW }} /> : null}
        </tbody>
      </table>
    </div>
  );
}
