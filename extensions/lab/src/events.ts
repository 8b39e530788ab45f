/** Listens to the server's events and says when something changed. It never asks in a loop: the server speaks. */

import { Signal, type ISignal } from "@lumino/signaling";
import type { IDisposable } from "@lumino/disposable";
import type { Api } from "./api";

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

export class ChangeStream implements IDisposable {
  private readonly _changed = new Signal<this, void>(this);
  private readonly abort = new AbortController();

  constructor(private readonly api: Api) {
    void this.listen();
  }

  /** Emitted when records changed, and after each reconnection, since changes may have been missed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this.abort.signal.aborted;
  }

  dispose(): void {
    this.abort.abort();
    Signal.clearData(this);
  }

  private async listen(): Promise<void> {
    let wait = FIRST_WAIT;
    while (!this.isDisposed) {
      try {
        const response = await this.api.events(this.abort.signal);
        if (response.ok && response.body) {
          wait = FIRST_WAIT;
          await this.read(response.body);
        }
      } catch {
        // The server went away, or the page is closing; either way the wait below decides what follows.
      }
      if (!this.isDisposed) {
        await pause(wait, this.abort.signal);
        wait = Math.min(wait * 2, LONGEST_WAIT);
      }
    }
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      const events = (rest + value).split("\n\n");
      rest = events.pop() ?? "";
      if (events.some((event) => event.startsWith("data:"))) {
        this._changed.emit();
      }
    }
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
