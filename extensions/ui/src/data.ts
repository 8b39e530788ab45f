/** The shapes that the server's REST interface and the widgets' traits share. */

/** Of a list, the type of its innermost values; `lists` then says how many they are. */
export type ColumnType = "INT" | "FLOAT" | "STRING" | "BOOL" | "TIME" | "BYTES" | "STRUCT";

/** How many values the lists of one level hold. */
export interface ListStatistics {
  count: number;
  missing: number;
  empty: number;
  min: number;
  max: number;
  total: number;
  quantiles: number[];
}

/** Figures in which a row counts as much as it weighs. */
export interface WeightedStatistics {
  count: number;
  missing: number;
  mean?: number;
  std?: number;
  median?: number;
  bars?: number[];
  counts?: (number | null)[];
  quantiles?: number[];
}

/** Figures of one column in one set of rows; what is 0 or unknown may be left out. Times are milliseconds since 1970. */
export interface ColumnStatistics {
  count: number;
  missing: number;
  unique?: number | null;
  nan?: number;
  zeros?: number;
  infinite?: number;
  mean?: number;
  std?: number;
  min?: number;
  median?: number;
  max?: number;
  /** Whether distinct values, quantiles and top values are close rather than exact. */
  approximate?: boolean;
  /** How many values lie in each of the feature's bars. */
  bars?: number[];
  /** How many values lie in each of as many bars that are equally wide on a logarithmic axis, where most are in one of `bars`. */
  bent_bars?: number[];
  /** How often each of the feature's values occurs; null if too rarely to have been kept. */
  counts?: (number | null)[];
  /** Eleven: the minimum, the nine deciles, the maximum. */
  quantiles?: number[];
  avg_length?: number;
  min_length?: number;
  max_length?: number;
  invalid_utf8?: number;
  lists?: ListStatistics[];
  weighted?: WeightedStatistics;
  words?: { count: number; mean: number; unique: number; top: [string, number][] };
  images?: {
    formats: Record<string, number>;
    modes: Record<string, number>;
    unreadable: number;
    widths: number[];
    heights: number[];
    max_bytes: number;
  };
}

export interface Anomaly {
  /** Empty when it is the dataset as a whole. */
  column: string;
  kind: string;
  severity: "ERROR" | "WARNING";
  short: string;
  description: string;
  /** The schema edit that accepts what was found. */
  code?: string;
}

/** A column: what the sets of rows share, and the figures of each set, or null where it lacks the column. */
export interface Feature {
  name: string;
  type: ColumnType;
  role?: string | null;
  /** From the column down to the field, of a field of a struct. */
  path?: string[];
  categorical?: boolean;
  /** The most frequent values. */
  values?: string[];
  /** From where to where the equally wide bars go; else `edges` are those of all. */
  range?: [low: number, high: number];
  edges?: number[];
  /** From which size on a logarithmic axis is one; such a column has `bent_bars`. */
  unit?: number;
  stats: (ColumnStatistics | null)[];
  drift?: number | null;
  anomalies?: Anomaly[];
}

export interface DatasetSummary {
  name: string;
  rows: number;
  weight?: string;
  weighted_rows?: number;
  /** How many rows there were, where only a sample was looked at. */
  sampled_from?: number;
}

/** How two columns go together: Pearson's correlation, and mutual information in bits. */
export type Pair = [a: string, b: string, correlation: number | null, information: number | null];

export interface StatisticsData {
  datasets: DatasetSummary[];
  features: Feature[];
  /** Of the dataset as a whole, or of columns that it lacks. */
  anomalies?: Anomaly[];
  /** The strongest first. */
  pairs?: Pair[];
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
