/** Lay out in a worker where one can be had; small graphs are done sooner without. */

import { workerCode } from "../generated/workerCode.js";
import { layout, type LayoutInput, type LayoutResult } from "./layout.js";

const SMALL = 400;

/** Lay out; an aborted signal ends the worker and the promise never resolves. */
export function runLayout(input: LayoutInput, signal: AbortSignal): Promise<LayoutResult> {
  if (input.nodes.length <= SMALL || typeof Worker === "undefined") {
    return Promise.resolve(layout(input));
  }
  return new Promise((resolve) => {
    const address = URL.createObjectURL(new Blob([workerCode], { type: "text/javascript" }));
    let worker: Worker;
    try {
      worker = new Worker(address);
    } catch {
      resolve(layout(input)); // a policy of the page forbids workers
      return;
    }
    const end = (): void => {
      worker.terminate();
      URL.revokeObjectURL(address);
    };
    signal.addEventListener("abort", end, { once: true });
    worker.onmessage = (event: MessageEvent<LayoutResult>) => {
      end();
      resolve(event.data);
    };
    worker.onerror = () => {
      end();
      if (!signal.aborted) {
        resolve(layout(input));
      }
    };
    worker.postMessage(input);
  });
}
