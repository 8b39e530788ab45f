/** One record's page, read again whenever the records change. No DOM. */

import { Signal, type ISignal } from "@lumino/signaling";
import type { IDisposable } from "@lumino/disposable";
import type { LineageData } from "@workbench/ui";
import { failureOf, type Api, type Page, type Part } from "./api";
import type { IFailure, IRecords } from "./tokens";

/** A part of a page as it was last read, or why it could not be. */
interface IRead {
  part: Part | null;
  failure: IFailure | null;
  text: string;
}

export class PageModel implements IDisposable {
  private readonly _changed = new Signal<this, void>(this);
  private _page: Page | null = null;
  private _lineage: LineageData | null = null;
  private _failure: IFailure | null = null;
  private known = "";
  private knownLineage = "";
  private readonly parts = new Map<string, IRead>();
  private shown = "";
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

  /** A part of the page; null until it was read. */
  part(name: string): Part | null {
    return this.parts.get(name)?.part ?? null;
  }

  /** Why a part could not be read. */
  partFailure(name: string): IFailure | null {
    return this.parts.get(name)?.failure ?? null;
  }

  /** Read what a tab shows, and keep it up to date while the tab is open; before that nobody asks for it. */
  async show(tab: string): Promise<void> {
    this.shown = tab;
    await this.readShown();
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
      await this.readShown();
    } catch (error) {
      this.fail(error);
    }
  }

  private async readShown(): Promise<void> {
    if (this.shown === "lineage") {
      await this.readLineage();
    } else if ((this._page?.dataset ?? this._page?.view)?.parts.some((each) => each.key === this.shown)) {
      await this.readPart(this.shown);
    }
  }

  private async readPart(name: string): Promise<void> {
    const before = this.parts.get(name);
    let read: IRead;
    try {
      const part = await this.api.part(this.id, name);
      read = { part, failure: null, text: JSON.stringify(part) };
    } catch (error) {
      const failure = failureOf(error);
      read = { part: before?.part ?? null, failure, text: failure.message };
    }
    if (read.text !== before?.text && !this.disposed) {
      this.parts.set(name, read);
      this._changed.emit();
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
