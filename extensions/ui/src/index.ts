/** Components and formats that the lab extension and the notebook widgets share. */

export type {
  Anomaly,
  ColumnEdge,
  ColumnStatistics,
  CurveData,
  CurveSeries,
  Feature,
  LineageData,
  LineageEdge,
  LineageNode,
  Point,
  Progress,
  StatisticsData,
} from "./data.js";
export { copyText } from "./clipboard.js";
export { RunCurves, type RunCurvesProps } from "./curves/RunCurves.js";
export { ticks } from "./curves/scale.js";
export { Diff, type DiffProps } from "./diff/Diff.js";
export type { DiffData } from "./diff/model.js";
export { Dive, type DiveProps } from "./dive/Dive.js";
export type { DiveData, DiveField } from "./dive/table.js";
export type { DiveView } from "./dive/view.js";
export { DriftView, type DriftViewProps } from "./drift/DriftView.js";
export type { DriftData } from "./drift/model.js";
export { Freshness, type FreshnessProps } from "./features/Freshness.js";
export { JoinPicture, type JoinPictureProps } from "./features/JoinPicture.js";
export type { Candidate, FreshnessData, JoinedRow, JoinedView, ThroughData, ThroughFeature } from "./features/model.js";
export { ThroughTime, type ThroughTimeProps } from "./features/ThroughTime.js";
export { formatCount, formatDuration, formatNumber, formatShare, formatTime, relativeTime } from "./format.js";
export { LineageGraph, type LineageGraphProps } from "./lineage/LineageGraph.js";
export type { Edit as SchemaEdit, SchemaData } from "./schema/model.js";
export { Schema, type SchemaProps } from "./schema/Schema.js";
export type { SpansData } from "./spans/model.js";
export { Spans, type SpansProps } from "./spans/Spans.js";
export { StateGlyph, type StateGlyphProps } from "./StateGlyph.js";
export { StatisticsTable, type StatisticsTableProps } from "./statistics/StatisticsTable.js";
export { pageLocale, translator, type HostProps, type Translate } from "./text.js";
