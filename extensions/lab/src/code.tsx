/** A piece of code with the buttons that copy and insert it. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import { copyText } from "@workbench/ui";
import * as React from "react";
import { CommandIDs } from "./tokens";

export function CodeView(props: {
  title: string;
  code: string;
  commands: CommandRegistry;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { title, code, commands, trans } = props;
  return (
    <section className="wb-Card" aria-label={title}>
      <h2 className="wb-Card-title">
        {title}
        <span className="wb-Spread" />
        <button
          type="button"
          className="wb-Button"
          onClick={() => void copyText(code)}
        >
          {trans.__("Copy")}
        </button>
        <button
          type="button"
          className="wb-Button"
          onClick={() => void commands.execute(CommandIDs.insertText, { code })}
        >
          {trans.__("Insert")}
        </button>
      </h2>
      <pre className="wb-CodeBlock" tabIndex={0}>
        {code}
      </pre>
    </section>
  );
}
