/** The glyph of a record: its kind, or the state of what runs. Beside it stands the word, for readers of any kind. */

import type { TranslationBundle } from "@jupyterlab/translation";
import * as React from "react";
import type { IRecord } from "./tokens";
import { kindOf, stateName } from "./wording";

const KIND: Record<string, string> = {
  dataset: "▤",
  feature_view: "ƒ",
  on_demand_view: "ƒ",
  feature_service: "ƒ",
  run: "○",
  model: "◆",
  deployment: "▲",
  job: "⟳",
  dashboard: "▦",
  alert: "!",
  evaluation: "≋",
  monitor: "≈",
  statistics: "≋",
  schema: "≡",
  anomalies: "!",
  transform: "ƒ",
};

const STATE: Record<string, string> = {
  running: "◔",
  complete: "✓",
  passed: "✓",
  failed: "✕",
  canceled: "–",
  stopped: "□",
  error: "✕",
  warning: "!",
};

/** Kinds whose state says more than the kind: something that ends well or badly. */
const BY_STATE = new Set(["run", "job", "anomalies"]);

export function glyphOf(record: Pick<IRecord, "kind" | "state">): string {
  const { kind, state } = record;
  const byState = STATE[state];
  return (BY_STATE.has(kind) || state === "failed") && byState ? byState : (KIND[kind] ?? "·");
}

export function Glyph(props: {
  record: Pick<IRecord, "kind" | "state">;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { record, trans } = props;
  const word = BY_STATE.has(record.kind) ? stateName(record.state, trans) : kindOf(record.kind, trans);
  return (
    <span className="wb-Glyph" data-kind={record.kind} data-state={record.state} title={word} aria-hidden="true">
      {glyphOf(record)}
    </span>
  );
}

/** A state as glyph, word and colour. */
export function State(props: { state: string; trans: TranslationBundle }): React.JSX.Element {
  const { state, trans } = props;
  return (
    <span className="wb-State" data-state={state}>
      <span className="wb-Glyph" data-state={state} aria-hidden="true">
        {STATE[state] ?? "●"}
      </span>{" "}
      {stateName(state, trans)}
    </span>
  );
}
