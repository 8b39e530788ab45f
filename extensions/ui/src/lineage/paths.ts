/** What hangs together: walks along edges, and the way of a column. Pure. */

import type { ColumnEdge, LineageData } from "../data.js";

/** Neighbours by record, in one direction. */
export function neighbours(data: LineageData, direction: "up" | "down"): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { source, target } of data.edges) {
    const [from, to] = direction === "down" ? [source, target] : [target, source];
    const known = found.get(from);
    if (known === undefined) {
      found.set(from, [to]);
    } else if (!known.includes(to)) {
      known.push(to);
    }
  }
  return found;
}

/** Everything reached from some records, themselves first, nearest first. */
export function reach(starts: Iterable<string>, beside: ReadonlyMap<string, readonly string[]>): Set<string> {
  const found = new Set(starts);
  for (const each of found) {
    for (const next of beside.get(each) ?? []) {
      found.add(next); // the set grows while it is read: a breadth-first walk
    }
  }
  return found;
}

export interface ColumnStep {
  id: string;
  column: string;
  how: string;
}

export interface ColumnPath {
  /** The column itself first, then every column it flows into, nearest first. */
  steps: ColumnStep[];
  /** Records on the way up, the way down, and those without columns that depend on them. */
  nodes: Set<string>;
  /** Records that would miss the column. */
  impact: string[];
}

/** The way of a record's column, where it comes from and where it goes. */
export function columnPath(data: LineageData, id: string, column: string): ColumnPath {
  const edges = data.column_edges ?? [];
  const steps = walk(edges, { id, column, how: "" }, "down");
  const origins = walk(edges, { id, column, how: "" }, "up");
  const impact = new Set(steps.map((step) => step.id));
  const withColumns = new Set(edges.map((edge) => edge.target));
  const down = neighbours(data, "down");
  for (const each of impact) {
    for (const next of down.get(each) ?? []) {
      if (!withColumns.has(next)) {
        impact.add(next);
      }
    }
  }
  const nodes = new Set([...impact, ...origins.map((step) => step.id)]);
  impact.delete(id);
  return { steps, nodes, impact: [...impact] };
}

function walk(edges: readonly ColumnEdge[], start: ColumnStep, direction: "up" | "down"): ColumnStep[] {
  const index = new Map<string, ColumnStep[]>();
  const key = (id: string, column: string): string => `${id}\u0000${column}`;
  for (const edge of edges) {
    const how = edge.how ?? "";
    const [from, to] =
      direction === "down"
        ? [key(edge.source, edge.source_column), { id: edge.target, column: edge.target_column, how }]
        : [key(edge.target, edge.target_column), { id: edge.source, column: edge.source_column, how }];
    const known = index.get(from) ?? [];
    known.push(to);
    index.set(from, known);
  }
  const found = [start];
  const seen = new Set([key(start.id, start.column)]);
  for (const each of found) {
    for (const next of index.get(key(each.id, each.column)) ?? []) {
      if (!seen.has(key(next.id, next.column))) {
        seen.add(key(next.id, next.column));
        found.push(next);
      }
    }
  }
  return found;
}

/** The columns a record is known to have, its own and those that edges name. */
export function columnsOf(data: LineageData, id: string): string[] {
  const own = data.nodes.find((node) => node.id === id)?.columns ?? [];
  const named = (data.column_edges ?? []).flatMap((edge) => [
    ...(edge.source === id ? [edge.source_column] : []),
    ...(edge.target === id ? [edge.target_column] : []),
  ]);
  return [...new Set([...own, ...named])];
}
