/** Puts code into the notebook that a person last worked in. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import { Notification } from "@jupyterlab/apputils";
import { NotebookActions, type INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook";
import type { TranslationBundle } from "@jupyterlab/translation";
import { copyText } from "@workbench/ui";

/** Write code into a cell as `insertCode` does, and run it there; without a notebook it is only copied. */
export async function runCode(
  code: string,
  app: JupyterFrontEnd,
  tracker: INotebookTracker | null,
  trans: TranslationBundle,
): Promise<void> {
  await insertCode(code, app, tracker, trans);
  const panel = tracker?.currentWidget;
  if (panel) {
    await panel.sessionContext.ready;
    await NotebookActions.run(panel.content, panel.sessionContext);
  }
}

/** Write code into the empty active cell, or into a new one under it; on the clipboard when no notebook is open. */
export async function insertCode(
  code: string,
  app: JupyterFrontEnd,
  tracker: INotebookTracker | null,
  trans: TranslationBundle,
  /** Whether the page that is looked at stays in front. */
  stays = false,
): Promise<void> {
  const panel = tracker?.currentWidget ?? null;
  if (panel === null) {
    await copyText(code);
    Notification.info(trans.__("No notebook is open, so the code is on the clipboard."), {
      autoClose: 5_000,
    });
    return;
  }
  await panel.context.ready;
  const notebook = panel.content;
  const active = notebook.activeCell;
  if (active?.model.type !== "code" || active.model.sharedModel.getSource().trim() !== "") {
    NotebookActions.insertBelow(notebook);
  }
  notebook.activeCell?.model.sharedModel.setSource(runnable(code, panel));
  if (stays) {
    Notification.success(trans.__("The code is in %1.", panel.title.label), { autoClose: 4_000 });
    return;
  }
  app.shell.activateById(panel.id);
  if (notebook.activeCell) {
    await notebook.scrollToCell(notebook.activeCell);
  }
}

/** Code that runs as it stands: `wb` is imported first, where neither the notebook nor its kernel has done so. */
function runnable(code: string, panel: NotebookPanel): string {
  const cells = panel.content.model?.sharedModel.cells ?? [];
  const isKnown =
    panel.sessionContext.session?.kernel?.name === "workbench" ||
    cells.some((cell) => /import workbench as wb|%load_ext workbench/.test(cell.getSource()));
  return !isKnown && /\bwb\./.test(code) ? `import workbench as wb\n\n${code}` : code;
}
