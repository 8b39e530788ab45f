/** What other plugins may ask for, and the shapes that the server answers with. No code runs here. */

import type { ISignal } from "@lumino/signaling";
import { Token } from "@lumino/coreutils";

/** The kinds of records, in the order of the panel. */
export const KINDS = [
  "dataset",
  "feature_view",
  "run",
  "model",
  "deployment",
  "job",
  "dashboard",
  "alert",
] as const;

export type Kind = (typeof KINDS)[number];

/** Raw figures behind a record's fact; which of them are there depends on the kind. */
export interface IFacts {
  readonly rows?: number;
  readonly columns?: number;
  readonly features?: number;
  readonly size?: number;
  readonly splits?: Readonly<Record<string, number>>;
  readonly spans?: number;
  readonly bad_rows?: number;
  readonly anomalies?: number;
  /** The first and the last time of an event. */
  readonly first?: string;
  readonly last?: string;
  readonly source?: string;
  readonly static?: boolean;
  /** The names of a view's entities. */
  readonly entities?: readonly string[];
  readonly owner?: string;
  /** How old a view's row may be to answer, in seconds. */
  readonly ttl?: number;
  readonly materialized_at?: string;
  readonly experiment?: string;
  readonly metric?: string;
  readonly value?: number | null;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly took?: number;
  readonly error?: string;
  readonly p99?: number;
  readonly url?: string | null;
  readonly model?: string | null;
  readonly flavor?: string | null;
  readonly next_run?: string;
  readonly last_run?: string;
  readonly cron?: string;
  readonly timezone?: string;
  readonly schedule?: string;
  readonly message?: string;
  readonly passed?: boolean;
}

/** One row of the panel. */
export interface IRecord {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly version: number | null;
  readonly ref: string;
  readonly title: string;
  readonly fact: string;
  readonly facts: IFacts;
  readonly state: string;
  readonly chips: readonly string[];
  readonly created_at: string;
  readonly used_at: string;
  readonly code: string;
}

export type CellValue = string | number | boolean | null | ICellLink | ICellLinks | IInterval;

/** A value and its 95 % interval. */
export interface IInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A cell that opens another record's page. */
export interface ICellLink {
  readonly text: string;
  readonly record: string;
  /** The colour of its line in the pictures above. */
  readonly stroke?: string;
  /** The record's column that is meant, whose lineage is opened. */
  readonly column?: string;
  /** What was done to the column. */
  readonly how?: string;
}

export interface ICellLinks {
  readonly links: readonly ICellLink[];
}

export interface IColumn {
  readonly name: string;
  readonly format: string;
  readonly unit: string | null;
  readonly align: "left" | "right";
}

export interface ITable {
  readonly title: string;
  readonly columns: readonly IColumn[];
  readonly rows: readonly (readonly CellValue[])[];
}

export interface IPicture {
  readonly title: string;
  readonly url: string;
  readonly alt: string;
  /** How many of its pixels make one of the page. */
  readonly scale: number;
}

/** One record's page. `statistics` and `curves` are drawn by the shared components, whose shapes they have. */
export interface IPage<Statistics, Curves, Schema> extends IRecord {
  readonly description: string;
  readonly tables: readonly ITable[];
  readonly pictures: readonly IPicture[];
  readonly statistics: Statistics | null;
  /** The code that computes them; null where there are none to compute. */
  readonly statistics_code: string | null;
  readonly curves: Curves | null;
  readonly error: string | null;
  readonly run: string | null;
  readonly made_by: string;
  /** Of a dataset's page alone. */
  readonly dataset?: IDatasetHead;
  /** Of the page of a view or a service alone. */
  readonly view?: IViewHead;
  /** Of a schema's page alone. */
  readonly schema?: ISchema<Schema>;
}

/** What a page of parts names of each before it is read. */
export type Parts = readonly { readonly key: string; readonly count: number | null }[];

/** What the page of a view or a service knows before any of its parts is read. */
export interface IViewHead {
  readonly parts: Parts;
  readonly tags: readonly string[];
  readonly versions: readonly ICellLink[];
  /** The code that carries it online; null for what is computed when asked. */
  readonly carry: string | null;
}

/** What a dataset's page knows before any of its parts is read. */
export interface IDatasetHead {
  readonly parts: Parts;
  /** The statistics that are drawn, and those laid over them. */
  readonly statistics_of: readonly string[];
  readonly statistics_choices: readonly IChoice[];
  readonly versions: readonly ICellLink[];
  /** The version to compare with. */
  readonly previous: string | null;
  /** The latest validation. */
  readonly validated: { readonly count: number; readonly made: string } | null;
  /** A notebook that looks at it. */
  readonly cells: readonly string[];
  /** The step that made it, and the run or job that the step was part of. */
  readonly step: { readonly kind: string; readonly in: (ICellLink & { readonly kind: string }) | null } | null;
}

/** Statistics to choose from; the empty text is all rows. */
export interface IChoice {
  readonly id: string;
  readonly text: string;
  /** Whether they are of another version. */
  readonly other: boolean;
}

/** How many of some keys' values are the same online and offline. */
export interface ICompared {
  readonly keys: number;
  readonly moment: string;
  readonly equal: number;
  readonly cells: number;
}

/** A row of the catalogue: a view or a service, with what it is searched and filtered by. */
export interface IFeatureRecord extends IRecord {
  readonly features: readonly string[];
  readonly entities: readonly string[];
  readonly owner: string;
  readonly tags: readonly string[];
  readonly description: string;
  /** fresh, stale, never, static, service. */
  readonly freshness: string;
}

/** A part of a page; what it holds beside tables depends on the part. */
export interface IPart<Data, Through> {
  readonly tables: readonly ITable[];
  readonly code?: string;
  readonly spans?: ISpans | null;
  /** How values are spread span by span, where each span has statistics. */
  readonly through?: Through | null;
  readonly schema?: ISchema<Data> | null;
  readonly validations?: readonly IValidation[];
  /** How many bad rows there are, of which the first are shown. */
  readonly all?: number;
}

/** A schema to be edited. */
export interface ISchema<Data> extends ICellLink {
  readonly made: string;
  readonly data: Data;
  /** The code that gives the schema its name, before it is edited. */
  readonly code: string;
}

export interface ISpans {
  readonly names: readonly string[];
  readonly splits: readonly string[];
  /** By split, the rows of each span. */
  readonly rows: readonly (readonly number[])[];
}

export interface IValidation extends ICellLink {
  readonly made: string;
  readonly schema: ICellLink | null;
  readonly environment: string | null;
  readonly data: string | null;
  readonly state: string;
  readonly tables: readonly ITable[];
}

/** One run of an experiment, beside the others. */
export interface IComparedRun extends IRecord {
  readonly params: Readonly<Record<string, string>>;
  readonly data: readonly string[];
}

export interface IExperiment {
  readonly experiment: string;
  readonly metric: string | null;
  readonly runs: readonly IComparedRun[];
}

/** The records of the workspace, kept up to date. */
export interface IRecords {
  /** Emitted when the records, or what is known of the server, changed. */
  readonly changed: ISignal<IRecords, void>;
  readonly records: readonly IRecord[];
  /** Why the records could not be read, or null. */
  readonly failure: IFailure | null;
  /** Whether they were read at least once. */
  readonly isReady: boolean;
  /** Ask the server again; calls while it answers count as one. */
  refresh(): Promise<void>;
}

export interface IFailure {
  readonly message: string;
  readonly hint: string | null;
}

/** Ask for this token to list records or to be told when they change. */
export const IRecords = new Token<IRecords>(
  "@workbench/lab:IRecords",
  "The records of the workspace: datasets, features, runs, models, deployments, jobs, dashboards, alerts.",
);

/** The commands, which other extensions may call. */
export const CommandIDs = {
  openPanel: "workbench:open-panel",
  openQuickstart: "workbench:open-quickstart",
  openRecord: "workbench:open-record",
  openExperiment: "workbench:open-experiment",
  openFeatures: "workbench:open-features",
  buildTrainingSet: "workbench:build-training-set",
  featureFromCell: "workbench:feature-from-cell",
  insertCode: "workbench:insert-code",
  openNotebook: "workbench:open-notebook",
  insertText: "workbench:insert-text",
  runText: "workbench:run-text",
  copyReference: "workbench:copy-reference",
} as const;
