/** Naming a version: a field, and the line of Python that does the same, as it is typed. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import * as React from "react";
import { failureOf, type Page } from "./api";
import type { PageModel } from "./pageModel";
import { CommandIDs } from "./tokens";

/** A dataset's names are called tags; those of a model aliases, which its code takes for granted. */
const METHODS: Record<string, { set: string; first: string }> = {
  dataset: { set: "tag", first: "gold" },
  model: { set: "set_alias", first: "champion" },
};

export function AliasForm(props: {
  page: Page;
  model: PageModel;
  commands: CommandRegistry;
  trans: TranslationBundle;
  onDone: () => void;
}): React.JSX.Element {
  const { page, model, commands, trans, onDone } = props;
  const method = METHODS[page.kind] ?? { set: "set_alias", first: "champion" };
  const isTag = page.kind === "dataset";
  const [alias, setAlias] = React.useState(method.first);
  const [error, setError] = React.useState<string | null>(null);
  const field = React.useId();
  const code = `${page.code}.${method.set}(${JSON.stringify(alias)})`;
  const act = async (change: () => Promise<unknown>, isLast: boolean): Promise<void> => {
    try {
      await change();
      await model.refresh();
      setError(null);
      if (isLast) {
        onDone();
      }
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
        void act(() => model.api.setAlias(page.id, alias), true);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          onDone();
        }
      }}
    >
      <label htmlFor={field}>{isTag ? trans.__("Tag") : trans.__("Alias")}</label>
      <input
        id={field}
        className="wb-Form-field"
        value={alias}
        autoFocus
        onChange={(event) => {
          setAlias(event.target.value);
        }}
      />
      <code className="wb-Code wb-Form-code">{code}</code>
      <button type="submit" className="wb-Button" data-main="true">
        {isTag ? trans.__("Set tag") : trans.__("Set alias")}
      </button>
      <button
        type="button"
        className="wb-Button"
        onClick={() => void commands.execute(CommandIDs.insertText, { code })}
      >
        {trans.__("Insert")}
      </button>
      {isTag
        ? page.chips.map((tag) => (
            <button
              key={tag}
              type="button"
              className="wb-Button"
              title={`${page.code}.untag(${JSON.stringify(tag)})`}
              onClick={() => void act(() => model.api.deleteAlias(page.id, tag), false)}
            >
              {trans.__("Remove %1", tag)}
            </button>
          ))
        : null}
      {error ? (
        <p className="wb-Page-error" role="alert">
          {error}
        </p>
      ) : null}
    </form>
  );
}
