/** What the server says of features' values, freshness and joins. Shapes alone. */

/** Of a number its quartiles; of a text how many different values; of a truth the share that is true. */
export interface ThroughFeature {
  name: string;
  type: string;
  kind: "quartiles" | "share" | "different" | "missing";
  /** By stretch of time, the share of rows without a value. */
  missing: number[];
  low: (number | null)[];
  middle: (number | null)[];
  high: (number | null)[];
}

export interface ThroughData {
  unit: "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year";
  /** When each stretch begins, in milliseconds since 1970. */
  starts: number[];
  rows: number[];
  features: ThroughFeature[];
  /** So many rows were read of more, or null for all. */
  sampled: number | null;
  /** Of windows, of how many keys they were read at the end of each stretch; else null. */
  keys: number | null;
}

export interface FreshnessData {
  now: string;
  /** fresh, stale, never, static. */
  word: string;
  /** How old a value may be, in seconds. */
  ttl: number | null;
  rows: number | null;
  /** When something was last written, and how: materialize, push or stream. */
  written: string | null;
  source: string | null;
  /** The newest event that is online. */
  newest: string | null;
  materialized: string | null;
  /** The moment that the view stands at, if it does. */
  as_of: string | null;
  /** When it was carried online, the first time first. */
  times: string[];
}

/** A row of a view that could answer for a row of the spine; times in milliseconds. */
export interface Candidate {
  event: number;
  created: number;
  visible: number;
  value: string | null;
  /** Why it is not the answer, or does not count; null if it does. */
  reason: "expired" | "late" | "tie" | "older" | "future" | "null" | null;
}

export interface JoinedView {
  view: string;
  /** The feature whose values are shown. */
  feature: string;
  keys: string;
  /** present, missing or expired. */
  status: string;
  isStatic: boolean;
  /** Whether all rows in a window count, not the freshest alone. */
  isAggregated: boolean;
  /** In milliseconds. */
  ttl: number | null;
  value: string | null;
  candidates: Candidate[];
}

/** A row of the spine with what each view answers for it. */
export interface JoinedRow {
  row: number;
  /** The row's time in milliseconds; null where nothing depends on it. */
  at: number | null;
  label: string;
  views: JoinedView[];
}
