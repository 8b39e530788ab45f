/** The commands, the menu, the palette and the context menu. Each command can be called by other extensions. */

import type { JupyterFrontEnd } from "@jupyterlab/application";
import { InputDialog, Notification, type ICommandPalette } from "@jupyterlab/apputils";
import type { ILauncher } from "@jupyterlab/launcher";
import type { IMainMenu } from "@jupyterlab/mainmenu";
import type { INotebookTracker } from "@jupyterlab/notebook";
import type { TranslationBundle } from "@jupyterlab/translation";
import { RankedMenu } from "@jupyterlab/ui-components";
import type { ReadonlyJSONObject } from "@lumino/coreutils";
import { copyText } from "@workbench/ui";
import { failureOf, type Api } from "./api";
import { workbenchIcon } from "./icons";
import { insertCode, runCode } from "./insert";
import { cellOf, type ICell } from "./features/cell";
import type { IWanted } from "./features/wanted";
import type { RecordsModel } from "./model";
import { openNotebook } from "./notebook";
import type { RecordsPanel } from "./panel";
import { CommandIDs, type IRecord } from "./tokens";
import { kindOf } from "./wording";

/** The most records that a picker lists; the panel's search finds the rest. */
const PICKED = 1_000;

export interface IContext {
  app: JupyterFrontEnd;
  api: Api;
  model: RecordsModel;
  panel: RecordsPanel;
  trans: TranslationBundle;
  notebooks: INotebookTracker | null;
  openRecord: (id: string) => void;
  openExperiment: (experiment: string) => void;
  openFeatures: () => void;
  openBuilder: (begun: Partial<IWanted>) => void;
  openFromCell: (cell: ICell) => void;
}

export function addCommands(context: IContext): void {
  const { app, api, model, panel, trans, notebooks } = context;
  const { openRecord, openExperiment, openFeatures, openBuilder, openFromCell } = context;
  const { commands } = app;
  const chosen = async (args: { id?: unknown }, title: string): Promise<IRecord | null> => {
    if (typeof args.id === "string") {
      return model.find(args.id) ?? (await api.page(args.id));
    }
    return pick(model.records, title, trans);
  };

  commands.addCommand(CommandIDs.openPanel, {
    label: trans.__("Open records"),
    caption: trans.__("Show the workbench's records"),
    icon: workbenchIcon,
    describedBy: noArguments,
    execute: () => {
      app.shell.activateById(panel.id);
    },
  });
  commands.addCommand(CommandIDs.openQuickstart, {
    label: (args) => (args["isLauncher"] ? trans.__("Workbench quickstart") : trans.__("Open quickstart")),
    caption: trans.__("From raw flights to a monitored model, in one notebook"),
    icon: workbenchIcon,
    describedBy: noArguments,
    execute: async () => {
      try {
        const { path } = await api.quickstart();
        return (await commands.execute("docmanager:open", { path })) as unknown;
      } catch (error) {
        const { message, hint } = failureOf(error);
        Notification.error(hint ? trans.__("%1: %2", message, hint) : message);
        return undefined;
      }
    },
  });
  commands.addCommand(CommandIDs.openRecord, {
    label: (args) => (args["isContext"] ? trans.__("Open") : trans.__("Open record…")),
    describedBy: idArgument(trans),
    execute: async (args) => {
      const id = args["isContext"] ? panel.selected?.id : args["id"];
      if (typeof id === "string") {
        openRecord(id);
        return;
      }
      const record = await chosen({}, trans.__("Open record"));
      if (record) {
        openRecord(record.id);
      }
    },
  });
  commands.addCommand(CommandIDs.openExperiment, {
    label: trans.__("Compare runs"),
    describedBy: {
      args: {
        type: "object",
        properties: { experiment: { type: "string", description: trans.__("The experiment's name") } },
        required: ["experiment"],
      },
    },
    execute: ({ experiment }) => {
      openExperiment(String(experiment));
    },
  });
  commands.addCommand(CommandIDs.openFeatures, {
    label: (args) => (args["isContext"] ? trans.__("Open catalogue") : trans.__("Open feature catalogue")),
    caption: trans.__("Search and filter every feature view and service"),
    icon: workbenchIcon,
    describedBy: noArguments,
    execute: () => {
      openFeatures();
    },
  });
  commands.addCommand(CommandIDs.buildTrainingSet, {
    label: trans.__("Build training set…"),
    caption: trans.__("Join features to rows as they were known, and see how"),
    icon: workbenchIcon,
    describedBy: {
      args: {
        type: "object",
        properties: {
          spine: { type: "string", description: trans.__("The dataset whose rows are joined") },
          features: { type: "array", items: { type: "string" }, description: trans.__("Views, or view:column") },
        },
      },
    },
    execute: ({ spine, features }) => {
      openBuilder({
        ...(typeof spine === "string" ? { spine } : {}),
        ...(Array.isArray(features) ? { features: features.map(String) } : {}),
      });
    },
  });
  commands.addCommand(CommandIDs.featureFromCell, {
    label: (args) => (args["isContext"] ? trans.__("Feature from cell…") : trans.__("Feature from the selected cell…")),
    caption: trans.__("Read a feature view out of the cell, prove and price it"),
    icon: workbenchIcon,
    describedBy: {
      args: {
        type: "object",
        properties: { source: { type: "string", description: trans.__("The cell's text; the selected cell's when it is missing") } },
      },
    },
    isEnabled: (args) => typeof args["source"] === "string" || notebooks?.activeCell?.model.type === "code",
    execute: ({ source }) => {
      const cell = typeof source === "string" ? { source, before: [], place: null, notebook: null } : cellOf(notebooks);
      if (cell) {
        openFromCell(cell);
      }
    },
  });
  notebooks?.activeCellChanged.connect(() => {
    commands.notifyCommandChanged(CommandIDs.featureFromCell);
  });
  commands.addCommand(CommandIDs.insertCode, {
    label: (args) => (args["isContext"] ? trans.__("Insert code") : trans.__("Insert code for…")),
    describedBy: idArgument(trans),
    execute: async (args) => {
      const record = await chosen(
        args["isContext"] ? { id: panel.selected?.id } : args,
        trans.__("Insert code for"),
      );
      if (record) {
        await insertCode(record.code, app, notebooks, trans);
      }
    },
  });
  commands.addCommand(CommandIDs.insertText, {
    label: trans.__("Insert code"),
    describedBy: {
      args: {
        type: "object",
        properties: {
          code: { type: "string", description: trans.__("Python to insert") },
          stays: { type: "boolean", description: trans.__("Whether the page that is looked at stays in front") },
        },
        required: ["code"],
      },
    },
    execute: ({ code, stays }) => insertCode(String(code), app, notebooks, trans, stays === true),
  });
  commands.addCommand(CommandIDs.runText, {
    label: trans.__("Insert and run"),
    describedBy: {
      args: {
        type: "object",
        properties: { code: { type: "string", description: trans.__("Python to run") } },
        required: ["code"],
      },
    },
    execute: ({ code }) => runCode(String(code), app, notebooks, trans),
  });
  commands.addCommand(CommandIDs.openNotebook, {
    label: (args) => (args["isContext"] ? trans.__("Open in notebook") : trans.__("Open in notebook…")),
    describedBy: idArgument(trans),
    execute: async (args) => {
      const record = await chosen(
        args["isContext"] ? { id: panel.selected?.id } : args,
        trans.__("Open in notebook"),
      );
      if (record) {
        const { dataset, code } = await api.page(record.id);
        await openNotebook(dataset?.cells ?? [`import workbench as wb\n\n${code}`], app, notebooks);
      }
    },
  });
  commands.addCommand(CommandIDs.copyReference, {
    label: trans.__("Copy reference"),
    describedBy: idArgument(trans),
    execute: async (args) => {
      const record = await chosen(
        args["isContext"] ? { id: panel.selected?.id } : args,
        trans.__("Copy reference"),
      );
      if (record) {
        await copyText(record.ref);
      }
    },
  });
  addContextMenu(app);
  commands.addKeyBinding({ command: CommandIDs.openPanel, keys: ["Accel Shift ;"], selector: "body" });
}

export function addPalette(palette: ICommandPalette, trans: TranslationBundle): void {
  const category = trans.__("Workbench");
  for (const command of [
    CommandIDs.openPanel,
    CommandIDs.openQuickstart,
    CommandIDs.openRecord,
    CommandIDs.openFeatures,
    CommandIDs.buildTrainingSet,
    CommandIDs.featureFromCell,
    CommandIDs.insertCode,
    CommandIDs.openNotebook,
    CommandIDs.copyReference,
  ]) {
    palette.addItem({ command, category });
  }
}

export function addMenu(mainMenu: IMainMenu, app: JupyterFrontEnd, trans: TranslationBundle): void {
  const menu = new RankedMenu({ commands: app.commands });
  menu.id = "jp-mainmenu-workbench";
  menu.title.label = trans.__("Workbench");
  menu.addItem({ command: CommandIDs.openPanel, rank: 0 });
  menu.addItem({ command: CommandIDs.openRecord, rank: 1 });
  menu.addItem({ command: CommandIDs.insertCode, rank: 2 });
  menu.addItem({ type: "separator", rank: 3 });
  menu.addItem({ command: CommandIDs.openFeatures, rank: 4 });
  menu.addItem({ command: CommandIDs.buildTrainingSet, rank: 5 });
  menu.addItem({ command: CommandIDs.featureFromCell, rank: 6 });
  menu.addItem({ type: "separator", rank: 7 });
  menu.addItem({ command: CommandIDs.openQuickstart, rank: 8 });
  mainMenu.addMenu(menu, true, { rank: 900 });
}

export function addLauncher(launcher: ILauncher, trans: TranslationBundle): void {
  launcher.add({
    command: CommandIDs.openQuickstart,
    category: trans.__("Workbench"),
    args: { isLauncher: true },
    rank: 0,
  });
}

function addContextMenu(app: JupyterFrontEnd): void {
  const selector = ".wb-Row";
  const args = { isContext: true };
  app.contextMenu.addItem({ command: CommandIDs.openRecord, args, selector, rank: 0 });
  app.contextMenu.addItem({ command: CommandIDs.insertCode, args, selector, rank: 1 });
  app.contextMenu.addItem({ command: CommandIDs.openNotebook, args, selector, rank: 2 });
  app.contextMenu.addItem({ command: CommandIDs.copyReference, args, selector, rank: 3 });
  app.contextMenu.addItem({
    command: CommandIDs.openFeatures,
    args,
    selector: '.wb-Heading[data-kind="feature_view"]',
    rank: 0,
  });
  app.contextMenu.addItem({
    command: CommandIDs.featureFromCell,
    args,
    selector: ".jp-Notebook .jp-CodeCell",
    rank: 20,
  });
}

async function pick(
  records: readonly IRecord[],
  title: string,
  trans: TranslationBundle,
): Promise<IRecord | null> {
  const named = new Map(
    records
      .slice(0, PICKED)
      .map((record) => [
        `${record.version === null ? record.title : record.ref}  ·  ${kindOf(record.kind, trans)}`,
        record,
      ]),
  );
  if (named.size === 0) {
    Notification.info(trans.__("There are no records yet."), { autoClose: 5_000 });
    return null;
  }
  const { value, button } = await InputDialog.getItem({
    title,
    items: [...named.keys()],
    editable: true,
  });
  return button.accept && value !== null ? (named.get(value) ?? null) : null;
}

const noArguments = { args: { type: "object", properties: {} } } as const;
const idArgument = (trans: TranslationBundle): { args: ReadonlyJSONObject } => ({
  args: {
    type: "object",
    properties: {
      id: { type: "string", description: trans.__("The record's id; asked for when it is missing") },
    },
  },
});
