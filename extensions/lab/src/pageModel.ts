/** One record's page, read again whenever the records change. No DOM. */

import { Signal, type ISignal } from "@lumino/signaling";
import type { IDisposable } from "@lumino/disposable";
import type { LineageData } from "@workbench/ui";
import { failureOf, type Api, type Page } from "./api";
import type { IFailure, IRecords } from "./tokens";

export class PageModel implements IDisposable {
  private readonly _changed = new Signal<this, void>(this);
  private _page: Page | null = null;
  private _lineage: LineageData | null = null;
  private _failure: IFailure | null = null;
  private known = "";
  private knownLineage = "";
  private wantsLineage = false;
  private disposed = false;

  constructor(
    readonly id: string,
    readonly api: Api,
    private readonly records: IRecords,
  ) {
    records.changed.connect(this.refresh, this);
    void this.refresh();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get page(): Page | null {
    return this._page;
  }

  get lineage(): LineageData | null {
    return this._lineage;
  }

  get failure(): IFailure | null {
    return this._failure;
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  dispose(): void {
    this.disposed = true;
    this.records.changed.disconnect(this.refresh, this);
    Signal.clearData(this);
  }

  /** Read the lineage from now on; it is not read before somebody looks. */
  async showLineage(): Promise<void> {
    if (!this.wantsLineage) {
      this.wantsLineage = true;
      await this.readLineage();
    }
  }

  async refresh(): Promise<void> {
    try {
      const page = await this.api.page(this.id);
      const text = JSON.stringify(page);
      const isNews = text !== this.known || this._failure !== null;
      this.known = text;
      this._failure = null;
      if (isNews && !this.disposed) {
        this._page = page;
        this._changed.emit();
      }
      if (this.wantsLineage) {
        await this.readLineage();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private async readLineage(): Promise<void> {
    try {
      const lineage = await this.api.lineage(this.id);
      const text = JSON.stringify(lineage);
      if (text !== this.knownLineage && !this.disposed) {
        this.knownLineage = text;
        this._lineage = lineage;
        this._changed.emit();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (!this.disposed) {
      this._failure = failureOf(error);
      this._changed.emit();
    }
  }
}
