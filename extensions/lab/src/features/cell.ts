/** A notebook's cell that a feature is read out of. */

import type { INotebookTracker } from "@jupyterlab/notebook";

export interface ICell {
  readonly source: string;
  /** The code cells above it. */
  readonly before: readonly string[];
  /** The cell's number from 1, and its notebook's name; null for a text that is no cell. */
  readonly place: number | null;
  readonly notebook: string | null;
}

/** The selected cell, if it is one of code. */
export function cellOf(notebooks: INotebookTracker | null): ICell | null {
  const panel = notebooks?.currentWidget;
  const cells = panel?.content.model?.sharedModel.cells ?? [];
  const place = panel?.content.activeCellIndex ?? -1;
  const cell = cells[place];
  if (!panel || cell?.cell_type !== "code") {
    return null;
  }
  return {
    source: cell.getSource(),
    before: cells.slice(0, place).filter((each) => each.cell_type === "code").map((each) => each.getSource()),
    place: place + 1,
    notebook: panel.title.label,
  };
}
