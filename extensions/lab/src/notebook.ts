/** Opens a new notebook whose cells look at a record. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import { PathExt } from "@jupyterlab/coreutils";
import type { INotebookTracker } from "@jupyterlab/notebook";

/** The kernel that knows the workspace; where it is not installed, the server's default. */
const KERNEL = "workbench";

/** Make a notebook of these cells beside the one last worked in, and open it; nothing runs yet. */
export async function openNotebook(
  cells: readonly string[],
  app: JupyterFrontEnd,
  tracker: INotebookTracker | null,
): Promise<void> {
  const { contents, kernelspecs } = app.serviceManager;
  const { specs } = kernelspecs;
  const known = specs?.kernelspecs[KERNEL] ?? specs?.kernelspecs[specs.default];
  const beside = tracker?.currentWidget?.context.path ?? "";
  const { path } = await contents.newUntitled({ path: PathExt.dirname(beside), type: "notebook" });
  const content = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: known
      ? { kernelspec: { name: known.name, display_name: known.display_name, language: known.language } }
      : {},
    cells: cells.map((source, place) => ({
      cell_type: "code",
      id: `look-${place}`,
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
  };
  await contents.save(path, { type: "notebook", format: "json", content });
  await app.commands.execute("docmanager:open", { path, factory: "Notebook" });
}
