/** A piece of code with the buttons that copy and insert it. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import { copyText } from "@workbench/ui";
import * as React from "react";
import { Highlighted, type CodeLanguage } from "./highlight";
import { CommandIDs } from "./tokens";

export function CodeView(props: {
  title: string;
  code: string;
  language?: CodeLanguage;
  /** Whether the code can be run in a notebook; SQL alone cannot. */
  canInsert?: boolean;
  commands: CommandRegistry;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { title, code, language = "python", canInsert = true, commands, trans } = props;
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
        {canInsert ? (
          <button
            type="button"
            className="wb-Button"
            onClick={() => void commands.execute(CommandIDs.insertText, { code })}
          >
            {trans.__("Insert")}
          </button>
        ) : null}
      </h2>
      <pre className="wb-CodeBlock" tabIndex={0}>
        <Highlighted code={code} language={language} />
      </pre>
    </section>
  );
}
