/** The records of the workspace and how the panel arranges them. No DOM. */

import { Signal, type ISignal } from "@lumino/signaling";
import type { IDisposable } from "@lumino/disposable";
import { failureOf, type Api } from "./api";
import { KINDS, type IFailure, type IRecord, type IRecords } from "./tokens";

/** The least time between two questions to the server: a training run commits twice a second. */
const LEAST_PAUSE = 700;

export class RecordsModel implements IRecords, IDisposable {
  private readonly _changed = new Signal<this, void>(this);
  private _records: readonly IRecord[] = [];
  private _failure: IFailure | null = null;
  private _isReady = false;
  private _current: string | null = null;
  private known = "";
  private asking: Promise<void> | null = null;
  private askAgain = false;
  private disposed = false;

  constructor(private readonly api: Api) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get records(): readonly IRecord[] {
    return this._records;
  }

  get failure(): IFailure | null {
    return this._failure;
  }

  get isReady(): boolean {
    return this._isReady;
  }

  /** The record whose page is being read, or null. */
  get current(): string | null {
    return this._current;
  }

  set current(id: string | null) {
    if (id !== this._current) {
      this._current = id;
      this._changed.emit();
    }
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    Signal.clearData(this);
  }

  find(id: string): IRecord | undefined {
    return this._records.find((record) => record.id === id);
  }

  async refresh(): Promise<void> {
    if (this.asking !== null) {
      this.askAgain = true;
      return this.asking;
    }
    this.asking = this.ask();
    await this.asking;
  }

  private async ask(): Promise<void> {
    do {
      this.askAgain = false;
      await this.askOnce();
      await new Promise((resolve) => setTimeout(resolve, LEAST_PAUSE));
    } while (this.askAgain && !this.disposed);
    this.asking = null;
  }

  private async askOnce(): Promise<void> {
    try {
      const { records } = await this.api.records();
      const text = JSON.stringify(records);
      const isNews = text !== this.known || this._failure !== null || !this._isReady;
      this.known = text;
      this._failure = null;
      this._isReady = true;
      if (isNews) {
        this._records = records;
        this._changed.emit();
      }
    } catch (error) {
      this._failure = failureOf(error);
      this._changed.emit();
    }
  }
}

/** A heading of the panel, or a record under it. */
export type Row =
  | { readonly type: "group"; readonly key: string; readonly group: IGroup; readonly isOpen: boolean }
  | {
      readonly type: "record";
      readonly key: string;
      readonly record: IRecord;
      readonly place: number;
      readonly of: number;
    };

export interface IGroup {
  readonly key: string;
  readonly kind: string;
  /** The experiment, for runs. */
  readonly experiment: string | null;
  readonly records: readonly IRecord[];
}

/** What stands with the feature views. */
const FEATURES = new Set(["on_demand_view", "feature_service"]);

/** Group records by kind, runs by their experiment as well, in the order of the panel. */
export function group(records: readonly IRecord[]): IGroup[] {
  const groups = new Map<string, { kind: string; experiment: string | null; records: IRecord[] }>();
  for (const record of records) {
    const kind = FEATURES.has(record.kind) ? "feature_view" : record.kind;
    const experiment = record.kind === "run" ? (record.facts.experiment ?? "default") : null;
    const key = experiment === null ? kind : `run:${experiment}`;
    const found = groups.get(key);
    if (found) {
      found.records.push(record);
    } else {
      groups.set(key, { kind, experiment, records: [record] });
    }
  }
  const order = (kind: string): number => {
    const place = KINDS.findIndex((each) => each === kind);
    return place < 0 ? KINDS.length : place;
  };
  return [...groups]
    .map(([key, each]) => ({ key, ...each }))
    .sort((one, other) => order(one.kind) - order(other.kind));
}

/** Keep the records in which every word of the query occurs. */
export function search(records: readonly IRecord[], query: string): readonly IRecord[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return records;
  }
  return records.filter((record) => {
    const text = [record.ref, record.name, record.title, record.fact, record.kind, ...record.chips]
      .join(" ")
      .toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Lay groups out as rows; a closed group is its heading alone. */
export function rowsOf(groups: readonly IGroup[], closed: ReadonlySet<string>): Row[] {
  return groups.flatMap((each) => {
    const isOpen = !closed.has(each.key);
    const heading: Row = { type: "group", key: `group:${each.key}`, group: each, isOpen };
    const records = isOpen
      ? each.records.map(
          (record, index): Row => ({
            type: "record",
            key: record.id,
            record,
            place: index + 1,
            of: each.records.length,
          }),
        )
      : [];
    return [heading, ...records];
  });
}
