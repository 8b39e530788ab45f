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

/** A cell that a view is read out of, and what a person has said of it. */
export interface ICellAsked {
  readonly source: string;
  /** The cells above it, which may say what its variables hold. */
  readonly before: readonly string[];
  /** Empty for the one that is made of the dataset and the key. */
  readonly name: string;
  readonly keys: readonly string[];
  readonly frames: Readonly<Record<string, string>>;
}

/** The view that a cell stands for. */
export interface IProposal {
  readonly view: string;
  readonly entity: string;
  readonly keys: readonly { readonly name: string; readonly type: string }[];
  readonly time: string | null;
  readonly created: string | null;
  readonly reads: readonly string[];
  readonly sql: string | null;
  readonly features: readonly {
    readonly feature: string;
    readonly function: string | null;
    readonly column: string | null;
    readonly window: string | null;
    readonly type: string;
  }[];
  readonly notes: readonly string[];
  readonly code: string;
}

/** Why a cell stands for no view, and the question that would settle it. */
export interface ICellTrouble extends IFailure {
  readonly line: number | null;
  readonly asks: { readonly frame: string | null; readonly keys: readonly (readonly string[])[] } | null;
}

/** What trying a view out has shown. */
export interface IProof {
  readonly equal: boolean;
  readonly values: number;
  readonly different: number;
  readonly examples: readonly {
    readonly keys: Readonly<Record<string, unknown>>;
    readonly at: string | null;
    readonly feature: string;
    readonly offline: unknown;
    readonly online: unknown;
  }[];
  readonly rows: number;
  readonly keys: number;
  readonly disk_bytes: number;
  readonly online_bytes: number;
  readonly seconds: number;
}

/** A dataset that may tell of a spine. */
export interface IRelated {
  readonly name: string;
  readonly ref: string;
  readonly rows: number;
  readonly keys: readonly (readonly string[])[];
  /** The one of them that is likely meant. */
  readonly key: readonly string[] | null;
  /** `label` if it would tell a row its own, `apart` if it shares no key. */
  readonly why_not: "label" | "apart" | null;
}

/** A feature that could be. */
export interface ICandidate {
  readonly feature: string;
  readonly view: string;
  /** What it is made of, in English; `parts` are the same where they can be said in any language. */
  readonly source: string;
  readonly parts: {
    /** Missing where the column is taken as it is. */
    readonly function?: string;
    /** Null for a count of rows. */
    readonly column: string | null;
    readonly dataset: string;
    readonly keys: string;
    readonly window?: string;
  } | null;
  readonly worth: number;
  readonly present: number;
  readonly sure: boolean;
  readonly like: string | null;
}

/** What related datasets could tell of a label. */
export interface IFound {
  readonly search: string;
  readonly rows: number;
  readonly label: string;
  readonly metric: string;
  readonly chance: number;
  readonly seconds: number;
  readonly notes: readonly string[];
  readonly candidates: readonly ICandidate[];
  readonly code: string;
}

/** How far long work is; before its turn has come, only that it waits. */
export interface IReached {
  readonly done?: number;
  readonly of?: number;
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

  /** The view that a cell stands for. */
  fromCell(asked: ICellAsked): Promise<{ proposal: IProposal | null; trouble: ICellTrouble | null }> {
    return this.call("POST", "features/from-cell", asked);
  }

  /** Try that view out. */
  prove(asked: ICellAsked, onReached: (reached: IReached) => void, signal: AbortSignal): Promise<IProof> {
    return this.long("features/prove", asked, onReached, signal);
  }

  /** Which datasets share a key with a spine. */
  related(asked: object): Promise<{ datasets: readonly IRelated[] }> {
    return this.call("POST", "features/related", asked);
  }

  /** What related datasets could tell of a label. */
  discover(asked: object, onReached: (reached: IReached) => void, signal: AbortSignal): Promise<IFound> {
    return this.long("features/discover", asked, onReached, signal);
  }

  /** The code that defines the views of features that were found. */
  accept(search: string, features: readonly string[]): Promise<{ code: string }> {
    return this.call("POST", "features/accept", { search, features });
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

  /** Ask for something that takes long: the server says how far it is, and stops once nobody waits. */
  private async long<T>(
    path: string,
    body: object,
    onReached: (reached: IReached) => void,
    signal: AbortSignal,
  ): Promise<T> {
    const init: RequestInit = { method: "POST", body: JSON.stringify(body), signal };
    const response = await ServerConnection.makeRequest(this.url(path), init, this.settings);
    if (!response.ok) {
      throw await explain(response);
    }
    for await (const line of lines(response)) {
      const said = JSON.parse(line) as IReached & { found?: T; failed?: IFailure };
      if (said.failed) {
        throw new ApiError(said.failed.message, said.failed.hint, 400);
      }
      if (said.found !== undefined) {
        return said.found;
      }
      onReached(said);
    }
    throw new ApiError("the server stopped before it was done; its log says why", null, 500);
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

/** The lines of an answer as they come. */
async function* lines(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  while (reader) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const parts = (rest + value).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
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
