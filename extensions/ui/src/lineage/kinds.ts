/** The mark and the colour of each kind of record. */

import type { LineageNode } from "../data.js";

const MARKS: Readonly<Record<string, readonly [glyph: string, tone: number]>> = {
  dataset: ["▤", 1],
  statistics: ["≋", 5],
  schema: ["≋", 5],
  anomalies: ["!", 5],
  transform: ["ƒ", 3],
  feature_view: ["ƒ", 3],
  feature_service: ["ƒ", 3],
  run: ["✓", 2],
  job: ["⟳", 2],
  checkpoint: ["◇", 2],
  model: ["◆", 4],
  evaluation: ["≋", 5],
  deployment: ["▲", 3],
  monitor: ["◉", 5],
  alert: ["!", 5],
  dashboard: ["▦", 5],
};

const STATES: Readonly<Record<string, string>> = { running: "◔", failed: "✕", canceled: "◌" };

export function glyphOf(node: LineageNode): string {
  const own = node.kind === "run" || node.kind === "job" ? STATES[node.state ?? ""] : undefined;
  return own ?? MARKS[node.kind]?.[0] ?? "·";
}

export function toneOf(kind: string): string {
  return `var(--wbu-c${String(MARKS[kind]?.[1] ?? 5)})`;
}
