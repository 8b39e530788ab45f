/** The lab extension: records beside the notebook. Everything is wired here, and only here. */

import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin,
} from "@jupyterlab/application";
import { ICommandPalette, MainAreaWidget, WidgetTracker } from "@jupyterlab/apputils";
import { ILauncher } from "@jupyterlab/launcher";
import { IMainMenu } from "@jupyterlab/mainmenu";
import { INotebookTracker } from "@jupyterlab/notebook";
import { IStatusBar } from "@jupyterlab/statusbar";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import type { Widget } from "@lumino/widgets";
import { Api } from "./api";
import { addCommands, addLauncher, addMenu, addPalette } from "./commands";
import { ExperimentPage } from "./compare";
import { ChangeStream } from "./events";
import { BuilderPage } from "./features/builder";
import { CataloguePage } from "./features/catalogue";
import type { ICell } from "./features/cell";
import { FromCellPage } from "./features/fromCell";
import type { IWanted } from "./features/wanted";
import { workbenchIcon } from "./icons";
import { RecordsModel } from "./model";
import { RecordPage } from "./page";
import { PageModel } from "./pageModel";
import { RecordsPanel } from "./panel";
import { StatusItem } from "./status";
import { CommandIDs, IRecords } from "./tokens";
import { kindOf } from "./wording";

export * from "./tokens";

/** What a notebook's widget says when a person clicks a record in it. */
const OPEN_EVENT = "workbench:open";
/** What it says when a person wants its code in a cell; without code it asks whether there is a taker. */
const INSERT_EVENT = "workbench:insert";

const plugin: JupyterFrontEndPlugin<IRecords> = {
  id: "@workbench/lab:records",
  description: "Lists the workspace's records beside the notebook and shows a page for each.",
  autoStart: true,
  provides: IRecords,
  optional: [
    ITranslator,
    ILayoutRestorer,
    INotebookTracker,
    ICommandPalette,
    IMainMenu,
    ILauncher,
    IStatusBar,
    ILabShell,
  ],
  activate,
};

function activate(
  app: JupyterFrontEnd,
  languages: ITranslator | null,
  restorer: ILayoutRestorer | null,
  notebooks: INotebookTracker | null,
  palette: ICommandPalette | null,
  mainMenu: IMainMenu | null,
  launcher: ILauncher | null,
  statusBar: IStatusBar | null,
  labShell: ILabShell | null,
): IRecords {
  const translator = languages ?? nullTranslator;
  const trans = translator.load("workbench");
  const api = new Api(app.serviceManager.serverSettings);
  const model = new RecordsModel(api);
  const stream = new ChangeStream(api);
  stream.changed.connect(() => void model.refresh());
  void model.refresh();

  const panel = new RecordsPanel(model, app.commands, translator);
  app.shell.add(panel, "left", { rank: 150, type: "Workbench" });
  restorer?.add(panel, panel.id);

  const pages = new WidgetTracker<MainAreaWidget<RecordPage>>({ namespace: "workbench-records" });
  const experiments = new WidgetTracker<MainAreaWidget<ExperimentPage>>({
    namespace: "workbench-experiments",
  });

  const openRecord = (id: string): void => {
    let widget = pages.find((each) => each.content.model.id === id);
    if (!widget) {
      widget = recordPage(new PageModel(id, api, model), app, translator);
      void pages.add(widget);
      app.shell.add(widget, "main");
    }
    app.shell.activateById(widget.id);
  };
  const catalogues = new WidgetTracker<MainAreaWidget<CataloguePage>>({ namespace: "workbench-features" });
  const builders = new WidgetTracker<MainAreaWidget<BuilderPage>>({ namespace: "workbench-builders" });
  const openFeatures = (): void => {
    let widget = catalogues.currentWidget;
    if (!widget) {
      const content = new CataloguePage(api, model, app.commands, translator);
      widget = page(content, "workbench-features", trans.__("Features"));
      void catalogues.add(widget);
      app.shell.add(widget, "main");
    }
    app.shell.activateById(widget.id);
  };
  const openBuilder = (begun: Partial<IWanted>): void => {
    let widget = builders.currentWidget;
    if (widget) {
      widget.content.begin(begun);
    } else {
      const content = new BuilderPage(api, model, app.commands, translator, begun);
      widget = page(content, "workbench-builder", trans.__("Training set"));
      void builders.add(widget);
      app.shell.add(widget, "main");
    }
    app.shell.activateById(widget.id);
  };
  const fromCells = new WidgetTracker<MainAreaWidget<FromCellPage>>({ namespace: "workbench-from-cells" });
  const openFromCell = (cell: ICell): void => {
    let widget = fromCells.currentWidget;
    if (widget) {
      widget.content.begin(cell);
    } else {
      const content = new FromCellPage(api, model, app.commands, translator, cell);
      widget = page(content, "workbench-from-cell", trans.__("Feature from cell"));
      void fromCells.add(widget);
      app.shell.add(widget, "main");
    }
    app.shell.activateById(widget.id);
  };
  const openExperiment = (experiment: string): void => {
    let widget = experiments.find((each) => each.content.experiment === experiment);
    if (!widget) {
      widget = experimentPage(experiment, api, model, app, translator);
      void experiments.add(widget);
      app.shell.add(widget, "main");
    }
    app.shell.activateById(widget.id);
  };

  const opening = { openRecord, openExperiment, openFeatures, openBuilder, openFromCell };
  addCommands({ app, api, model, panel, trans, notebooks, ...opening });
  if (palette) {
    addPalette(palette, trans);
  }
  if (mainMenu) {
    addMenu(mainMenu, app, trans);
  }
  if (launcher) {
    addLauncher(launcher, trans);
  }
  statusBar?.registerStatusItem("@workbench/lab:status", {
    item: new StatusItem(model, app.commands, translator),
    align: "right",
    rank: 100,
  });
  void restorer?.restore(pages, {
    command: CommandIDs.openRecord,
    args: (widget) => ({ id: widget.content.model.id }),
    name: (widget) => widget.content.model.id,
  });
  void restorer?.restore(experiments, {
    command: CommandIDs.openExperiment,
    args: (widget) => ({ experiment: widget.content.experiment }),
    name: (widget) => widget.content.experiment,
  });
  void restorer?.restore(catalogues, { command: CommandIDs.openFeatures, name: () => "features" });
  void restorer?.restore(builders, { command: CommandIDs.buildTrainingSet, name: () => "builder" });
  document.addEventListener(OPEN_EVENT, (event) => {
    const id = event instanceof CustomEvent ? (event.detail as { id?: unknown } | null)?.id : null;
    if (typeof id === "string") {
      void app.commands.execute(CommandIDs.openRecord, { id });
    }
  });
  document.addEventListener(INSERT_EVENT, (event) => {
    const code = event instanceof CustomEvent ? (event.detail as { code?: unknown } | null)?.code : null;
    event.preventDefault();
    if (typeof code === "string") {
      void app.commands.execute(CommandIDs.insertText, { code });
    }
  });
  // The row of the page that is being read is the one that is marked.
  labShell?.currentChanged.connect((_, { newValue }) => {
    const content = newValue instanceof MainAreaWidget ? newValue.content : null;
    model.current = content instanceof RecordPage ? content.model.id : null;
  });
  return model;
}

/** Kinds that bear the name of their dataset. */
const NAMESAKES = new Set(["statistics", "schema", "anomalies", "transform"]);

/** A page in the main area that is open once at most. */
function page<T extends Widget>(content: T, id: string, label: string): MainAreaWidget<T> {
  const widget = new MainAreaWidget({ content });
  widget.toolbar.hide();
  widget.id = id;
  widget.title.icon = workbenchIcon;
  widget.title.closable = true;
  widget.title.label = label;
  return widget;
}

function recordPage(
  model: PageModel,
  app: JupyterFrontEnd,
  translator: ITranslator,
): MainAreaWidget<RecordPage> {
  const widget = new MainAreaWidget({ content: new RecordPage(model, app.commands, translator) });
  widget.toolbar.hide();
  widget.id = `workbench-record-${model.id}`;
  widget.title.icon = workbenchIcon;
  widget.title.closable = true;
  const trans = translator.load("workbench");
  widget.title.label = trans.__("Record");
  model.changed.connect(() => {
    const { page } = model;
    if (page) {
      const name = page.version === null ? page.title : page.ref;
      widget.title.label = NAMESAKES.has(page.kind) ? trans.__("%1 · %2", kindOf(page.kind, trans), name) : name;
      widget.title.caption = page.fact;
    }
  });
  return widget;
}

function experimentPage(
  experiment: string,
  api: Api,
  model: RecordsModel,
  app: JupyterFrontEnd,
  translator: ITranslator,
): MainAreaWidget<ExperimentPage> {
  const content = new ExperimentPage(experiment, api, model, app.commands, translator);
  const widget = new MainAreaWidget({ content });
  widget.toolbar.hide();
  widget.id = `workbench-experiment-${experiment}`;
  widget.title.icon = workbenchIcon;
  widget.title.closable = true;
  const trans = translator.load("workbench");
  widget.title.label = trans.__("%1 · compare", experiment);
  return widget;
}

export default plugin;
