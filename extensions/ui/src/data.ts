/** The shapes that the server's REST interface and the widgets' traits share. */

export type ColumnType = "INT" | "FLOAT" | "STRING" | "BOOL" | "TIME";

export interface HistogramBar {
  low: number;
  high: number;
  count: number;
}

/** Figures of one column in one set of rows; times are milliseconds since 1970. */
export interface ColumnStatistics {
  count: number;
  missing: number;
  zeros?: number | null;
  infinite?: number | null;
  mean?: number | null;
  std?: number | null;
  min?: number | null;
  median?: number | null;
  max?: number | null;
  unique?: number | null;
  top?: [string | number | boolean, number][];
  histogram?: HistogramBar[];
  avg_length?: number | null;
}

export interface Feature {
  name: string;
  type: ColumnType;
  role?: string | null;
  stats: (ColumnStatistics | null)[];
  drift?: number | null;
}

export interface StatisticsData {
  datasets: { name: string; rows: number }[];
  features: Feature[];
}

export interface Progress {
  done: number;
  total: number | null;
  text?: string;
}

/** A point whose value JSON cannot say is null, and a gap in the line. */
export type Point = [step: number, value: number | null];

export interface CurveSeries {
  key: string;
  points: Point[];
}

export interface CurveData {
  run: {
    id: string;
    name: string;
    state: string;
    params?: Record<string, unknown>;
    metrics?: Record<string, number>;
    progress?: Progress | null;
    error?: string | null;
  };
  series: CurveSeries[];
}

export interface LineageNode {
  id: string;
  kind: string;
  name: string;
  version?: number | null;
  ref: string;
  title: string;
  subtitle?: string | null;
  state?: string | null;
  columns?: string[];
}

export interface LineageEdge {
  source: string;
  target: string;
  via?: string | null;
  how?: string | null;
}

export interface ColumnEdge {
  source: string;
  source_column: string;
  target: string;
  target_column: string;
  how?: string | null;
}

export interface LineageData {
  root?: string;
  nodes: LineageNode[];
  edges: LineageEdge[];
  column_edges?: ColumnEdge[];
}
