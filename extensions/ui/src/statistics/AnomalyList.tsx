/** Anomalies in full: what was found, and the schema edit that would accept it. */

import type { JSX } from "react";
import type { Anomaly } from "../data.js";
import { CodeButton } from "../Frame.js";
import type { Translate } from "../text.js";
import { Severity } from "./cells.js";

interface AnomalyListProps {
  anomalies: readonly Anomaly[];
  onInsertCode?: ((code: string) => void) | undefined;
  t: Translate;
}

export function AnomalyList({ anomalies, onInsertCode, t }: AnomalyListProps): JSX.Element {
  const worstFirst = [...anomalies].sort((a, b) => Number(b.severity === "ERROR") - Number(a.severity === "ERROR"));
  return (
    <ul className="wbu-Anomalies" aria-label={t("Anomalies")}>
      {worstFirst.map((each, place) => (
        <li key={place}>
          <Severity severity={each.severity} t={t} />
          <strong>{t(each.short)}</strong>
          <span title={each.kind}>{each.description}</span>
          {each.code === undefined ? null : (
            <span className="wbu-Edit">
              <code className="wbu-Code">{each.code}</code> <CodeButton code={each.code} onInsertCode={onInsertCode} t={t} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
