/** The status bar's word on the workspace: runs that are live, and alerts. */

import { ReactWidget } from "@jupyterlab/apputils";
import type { ITranslator } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import * as React from "react";
import type { RecordsModel } from "./model";
import { useRecords } from "./panel";
import { CommandIDs } from "./tokens";

export class StatusItem extends ReactWidget {
  constructor(
    private readonly model: RecordsModel,
    private readonly commands: CommandRegistry,
    private readonly translator: ITranslator,
  ) {
    super();
    this.addClass("wb-Status");
  }

  protected render(): React.JSX.Element {
    return <Status model={this.model} commands={this.commands} translator={this.translator} />;
  }
}

function Status(props: {
  model: RecordsModel;
  commands: CommandRegistry;
  translator: ITranslator;
}): React.JSX.Element {
  const { model, commands, translator } = props;
  const trans = translator.load("workbench");
  const records = useRecords(model);
  const live = records.filter((each) => each.kind === "run" && each.state === "running").length;
  const alerts = records.filter((each) => each.kind === "alert").length;
  const parts = [
    live > 0 ? trans._n("%1 run live", "%1 runs live", live) : null,
    alerts > 0 ? trans._n("%1 alert", "%1 alerts", alerts) : null,
  ].filter((part): part is string => part !== null);
  const text = model.failure ? trans.__("workbench does not answer") : parts.join(" · ");
  return (
    <button
      type="button"
      className="wb-Status-text"
      title={trans.__("Show the workbench's records")}
      onClick={() => void commands.execute(CommandIDs.openPanel)}
    >
      {text || trans.__("workbench: nothing runs")}
    </button>
  );
}
