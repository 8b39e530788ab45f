/** One version of a dataset against another: which, the code that does the same, and what changed. */

import { Diff, type DiffData } from "@workbench/ui";
import * as React from "react";
import { failureOf } from "../api";
import type { ILoadedProps } from "../header";
import { CommandIDs, type IFailure } from "../tokens";

export function ComparePanel(props: ILoadedProps & { onDone: () => void }): React.JSX.Element | null {
  const { page, model, commands, language, onDone } = props;
  const { trans } = language;
  const versions = page.dataset?.versions ?? [];
  const [other, setOther] = React.useState(page.dataset?.previous ?? "");
  const [found, setFound] = React.useState<DiffData | null>(null);
  const [failure, setFailure] = React.useState<IFailure | null>(null);
  React.useEffect(() => {
    let isCurrent = true;
    setFound(null);
    setFailure(null);
    model.api.compare(page.id, other).then(
      (answer) => {
        if (isCurrent) {
          setFound(answer);
        }
      },
      (error: unknown) => {
        if (isCurrent) {
          setFailure(failureOf(error));
        }
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [model, page.id, other]);
  const reference = versions.find(({ record }) => record === other)?.text ?? "";
  const code = `wb.dataset(${JSON.stringify(reference)}).diff(${JSON.stringify(page.ref)})`;
  return (
    <section
      className="wb-Compare"
      aria-label={trans.__("Comparison")}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          onDone();
        }
      }}
    >
      <div className="wb-Form">
        <label className="wb-Choice">
          <span className="wb-Faint">{trans.__("From")}</span>
          <select
            className="wb-Form-field"
            aria-label={trans.__("From")}
            value={other}
            autoFocus
            onChange={(event) => {
              setOther(event.target.value);
            }}
          >
            {versions.map(({ text, record }) => (
              <option key={record} value={record}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <span>
          <span className="wb-Faint">{trans.__("to")}</span> {page.ref}
        </span>
        <code className="wb-Code wb-Form-code">{code}</code>
        <button type="button" className="wb-Button" onClick={onDone}>
          {trans.__("Close")}
        </button>
        {failure ? (
          <p className="wb-Page-error" role="alert">
            {failure.hint ? trans.__("%1: %2", failure.message, failure.hint) : failure.message}
          </p>
        ) : found === null ? (
          <p className="wb-Compare-said wb-Faint" role="status">
            {trans.__("Comparing the rows that only one of them has")}
          </p>
        ) : null}
      </div>
      {found ? (
        <Diff
          data={found}
          locale={language.locale}
          code={code}
          onInsertCode={(text) => void commands.execute(CommandIDs.insertText, { code: text })}
        />
      ) : null}
    </section>
  );
}
