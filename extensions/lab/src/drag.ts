/** Dragging a record into a notebook, where it becomes a cell with its code. */

import { MimeData } from "@lumino/coreutils";
import { Drag } from "@lumino/dragdrop";
import type * as React from "react";
import type { IRecord } from "./tokens";

/** What a notebook accepts cells as. */
const CELLS = "application/vnd.jupyter.cells";

/** How far the pointer moves before a press is a drag. */
const THRESHOLD = 5;

export function startDrag(event: React.PointerEvent, record: IRecord): void {
  if (event.button !== 0) {
    return;
  }
  const from = { x: event.clientX, y: event.clientY };
  const target = event.currentTarget as HTMLElement;
  const stop = (): void => {
    document.removeEventListener("pointermove", onMove, true);
    document.removeEventListener("pointerup", stop, true);
    document.removeEventListener("pointercancel", stop, true);
  };
  const onMove = (moved: PointerEvent): void => {
    if (Math.hypot(moved.clientX - from.x, moved.clientY - from.y) < THRESHOLD) {
      return;
    }
    stop();
    void dragOf(record, target).start(moved.clientX, moved.clientY);
  };
  document.addEventListener("pointermove", onMove, true);
  document.addEventListener("pointerup", stop, true);
  document.addEventListener("pointercancel", stop, true);
}

function dragOf(record: IRecord, source: HTMLElement): Drag {
  const mimeData = new MimeData();
  mimeData.setData(CELLS, [
    { cell_type: "code", source: record.code, metadata: {}, outputs: [], execution_count: null },
  ]);
  mimeData.setData("text/plain", record.code);
  const image = source.cloneNode(true) as HTMLElement;
  image.classList.add("wb-DragImage");
  image.removeAttribute("id");
  return new Drag({ mimeData, dragImage: image, supportedActions: "copy", proposedAction: "copy", source });
}
