/** Setting an alias: a field, and the line of Python that does the same, as it is typed. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import * as React from "react";
import { failureOf, type Page } from "./api";
import type { PageModel } from "./pageModel";
import { CommandIDs } from "./tokens";

export function AliasForm(props: {
  page: Page;
  model: PageModel;
  commands: CommandRegistry;
  trans: TranslationBundle;
  onDone: () => void;
}): React.JSX.Element {
  const { page, model, commands, trans, onDone } = props;
  const [alias, setAlias] = React.useState("champion");
  const [error, setError] = React.useState<string | null>(null);
  const field = React.useId();
  const code = `${page.code}.set_alias(${JSON.stringify(alias)})`;
  const submit = async (): Promise<void> => {
    try {
      await model.api.setAlias(page.id, alias);
      await model.refresh();
      onDone();
    } catch (problem) {
      const { message, hint } = failureOf(problem);
      setError(hint ? trans.__("%1: %2", message, hint) : message);
    }
  };
  return (
    <form
      className="wb-Form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label htmlFor={field}>{trans.__("Alias")}</label>
      <input
        id={field}
        className="wb-Form-field"
        value={alias}
        autoFocus
        onChange={(event) => {
          setAlias(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            onDone();
          }
        }}
      />
      <code className="wb-Code wb-Form-code">{code}</code>
      <button type="submit" className="wb-Button" data-main="true">
        {trans.__("Set alias")}
      </button>
      <button
        type="button"
        className="wb-Button"
        onClick={() => void commands.execute(CommandIDs.insertText, { code })}
      >
        {trans.__("Insert")}
      </button>
      {error ? (
        <p className="wb-Page-error" role="alert">
          {error}
        </p>
      ) : null}
    </form>
  );
}
