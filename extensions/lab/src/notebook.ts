/** Opens a new notebook whose cells look at a record. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { NotebookPanel } from "@jupyterlab/notebook";

/** The kernel that knows the workspace; where it is not installed, the server's default. */
const KERNEL = "workbench";

/** Make a notebook in the folder that the file browser shows, with these cells; nothing runs yet. */
export async function openNotebook(cells: readonly string[], app: JupyterFrontEnd): Promise<void> {
  const { specs } = app.serviceManager.kernelspecs;
  const kernelName = specs?.kernelspecs[KERNEL] ? KERNEL : specs?.default;
  const panel = (await app.commands.execute("notebook:create-new", { kernelName })) as NotebookPanel;
  await panel.context.ready;
  const shared = panel.content.model?.sharedModel;
  const before = shared?.cells.length ?? 0;
  shared?.transact(() => {
    shared.insertCells(
      0,
      cells.map((source) => ({ cell_type: "code", source, metadata: { trusted: true } })),
    );
    shared.deleteCellRange(cells.length, cells.length + before);
  });
  panel.content.activeCellIndex = 0;
  await panel.context.save();
}
