/** The server's REST API. Every call goes through Jupyter's own connection, so its token and XSRF cookie are sent. */

import { URLExt } from "@jupyterlab/coreutils";
import { ServerConnection } from "@jupyterlab/services";
import type {
  CurveData,
  DiffData,
  FreshnessData,
  JoinedRow,
  LineageData,
  SchemaData,
  SchemaEdit,
  SpansData,
  StatisticsData,
  ThroughData,
} from "@workbench/ui";
import type {
  ICellLink,
  ICompared,
  IExperiment,
  IFailure,
  IFeatureRecord,
  IPage,
  IPart,
  IRecord,
  ISchema,
  ITable,
} from "./tokens";

export type Page = IPage<StatisticsData, CurveData, SchemaData>;
/** What the parts of a view's page hold. */
interface IViewPart {
  readonly sql?: string | null;
  readonly statistics?: StatisticsData | null;
  readonly freshness?: FreshnessData | null;
  readonly compared?: ICompared | null;
  /** Of a training set: what can be asked about. */
  readonly asked?: { readonly features: readonly string[]; readonly rows: number } | null;
}
export type Part = IPart<SchemaData, SpansData | ThroughData> & IViewPart;
export type SchemaRecord = ISchema<SchemaData>;

/** What a training set would hold. */
export interface IPreview {
  readonly spine: {
    readonly ref: string;
    readonly rows: number;
    readonly time: string | null;
    readonly label: string | null;
    readonly columns: readonly { readonly name: string; readonly type: string }[];
  };
  /** How many of the spine's rows were joined. */
  readonly sampled: number;
  readonly tables: readonly ITable[];
  readonly drawn: readonly JoinedRow[];
  /** Why the features cannot be joined to this spine. */
  readonly trouble: IFailure | null;
}

/** Why a training set holds a value. */
export interface IWhy {
  readonly joined: JoinedRow;
  readonly value: string | null;
  readonly online: string | null;
  readonly by_event_time: string | null;
  readonly leaks: boolean;
  readonly code: string;
}

/** An error that the server explained. */
export class ApiError extends Error implements IFailure {
  constructor(
    message: string,
    readonly hint: string | null,
    readonly status: number,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export class Api {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  records(): Promise<{ records: IRecord[]; counts: Record<string, number> }> {
    return this.call("GET", "records");
  }

  page(id: string): Promise<Page> {
    return this.call("GET", `records/${encodeURIComponent(id)}`);
  }

  /** One part of a dataset's page. */
  part(id: string, name: string): Promise<Part> {
    return this.call("GET", `records/${encodeURIComponent(id)}/parts/${name}`);
  }

  /** What changed from another version of a dataset to this one. */
  compare(id: string, other: string): Promise<DiffData> {
    return this.call("GET", `records/${encodeURIComponent(id)}/compared/${encodeURIComponent(other)}`);
  }

  /** Recorded statistics, with others laid over them. */
  statistics(id: string, against: string | null): Promise<{ data: StatisticsData; code: string }> {
    const query = against === null ? "" : `?against=${encodeURIComponent(against)}`;
    return this.call("GET", `statistics/${encodeURIComponent(id)}${query}`);
  }

  /** Every view and service. */
  features(): Promise<{ features: IFeatureRecord[]; trouble: string | null }> {
    return this.call("GET", "features");
  }

  /** What a training set would hold, and how the join finds it. */
  preview(wanted: object): Promise<IPreview> {
    return this.call("POST", "features/preview", wanted);
  }

  /** Why a training set holds the value that it holds. */
  why(id: string, row: number, feature: string): Promise<IWhy> {
    const query = `row=${String(row)}&feature=${encodeURIComponent(feature)}`;
    return this.call("GET", `records/${encodeURIComponent(id)}/why?${query}`);
  }

  experiment(name: string): Promise<IExperiment> {
    return this.call("GET", `experiments/${encodeURIComponent(name)}`);
  }

  curves(run: string): Promise<CurveData> {
    return this.call("GET", `runs/${encodeURIComponent(run)}/metrics`);
  }

  lineage(id: string): Promise<LineageData> {
    return this.call("GET", `lineage/${encodeURIComponent(id)}`);
  }

  setAlias(id: string, alias: string): Promise<IRecord> {
    return this.call("POST", `records/${encodeURIComponent(id)}/alias`, { alias });
  }

  /** What is wrong with the edits of each column of a schema. */
  async checkEdits(id: string, edits: readonly SchemaEdit[]): Promise<Record<string, string>> {
    const path = `schemas/${encodeURIComponent(id)}/edits`;
    const { errors } = await this.call<{ errors: Record<string, string> }>("POST", path, { edits });
    return errors;
  }

  /** Save a schema with its edits as the next version. */
  async saveEdits(id: string, edits: readonly SchemaEdit[], name: string): Promise<ICellLink> {
    const path = `schemas/${encodeURIComponent(id)}/edits`;
    const { saved } = await this.call<{ saved: ICellLink }>("POST", path, { edits, name, save: true });
    return saved;
  }

  deleteAlias(id: string, alias: string): Promise<IRecord> {
    return this.call("DELETE", `records/${encodeURIComponent(id)}/alias/${encodeURIComponent(alias)}`);
  }

  runSchedule(name: string): Promise<{ started: string }> {
    return this.call("POST", `schedules/${encodeURIComponent(name)}/run`, {});
  }

  quickstart(): Promise<{ path: string; made: boolean }> {
    return this.call("POST", "quickstart", {});
  }

  /** Open the stream of changes; the caller reads the body. */
  async events(signal: AbortSignal): Promise<Response> {
    return ServerConnection.makeRequest(this.url("events"), { signal, cache: "no-store" }, this.settings);
  }

  /** The address of something below the API, for a picture. */
  url(path: string): string {
    return URLExt.join(this.settings.baseUrl, "workbench/api", path);
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const init: RequestInit = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await ServerConnection.makeRequest(this.url(path), init, this.settings);
    if (!response.ok) {
      throw await explain(response);
    }
    return (await response.json()) as T;
  }
}

async function explain(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { message, hint } = JSON.parse(text) as { message?: string; hint?: string | null };
    return new ApiError(message ?? response.statusText, hint ?? null, response.status);
  } catch {
    return new ApiError(response.statusText || text.slice(0, 200), null, response.status);
  }
}

/** Turn whatever was thrown into something to show. */
export function failureOf(error: unknown): IFailure {
  if (error instanceof ApiError) {
    return error;
  }
  return { message: error instanceof Error ? error.message : String(error), hint: null };
}
