/** One version of a dataset against another: which, the code that does the same, and what changed. */

import * as React from "react";
import { failureOf } from "../api";
import type { ILoadedProps } from "../header";
import { RecordTable } from "../table";
import { CommandIDs, type IComparison, type IFailure } from "../tokens";
import { whole, type ILanguage } from "../wording";

export function ComparePanel(props: ILoadedProps & { onDone: () => void }): React.JSX.Element | null {
  const { page, model, commands, language, onDone } = props;
  const { trans } = language;
  const versions = page.dataset?.versions ?? [];
  const [other, setOther] = React.useState(page.dataset?.previous ?? "");
  const [found, setFound] = React.useState<IComparison | null>(null);
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
        <button
          type="button"
          className="wb-Button"
          onClick={() => void commands.execute(CommandIDs.insertText, { code })}
        >
          {trans.__("Insert")}
        </button>
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
        ) : (
          <Rows found={found} language={language} />
        )}
      </div>
      {found && found.tables.length > 0 ? (
        <div className="wb-Tables">
          {found.tables.map((table) => (
            <RecordTable key={table.title} {...props} table={table} />
          ))}
        </div>
      ) : null}
    </section>
  );
}

/** Four counts, and a bar of their shares. */
function Rows({ found, language }: { found: IComparison; language: ILanguage }): React.JSX.Element {
  const { trans } = language;
  const parts = [
    { key: "unchanged", sign: "", count: found.unchanged, word: trans.__("rows unchanged") },
    { key: "changed", sign: "~", count: found.changed, word: trans.__("changed") },
    { key: "added", sign: "+", count: found.added, word: trans.__("added") },
    { key: "removed", sign: "−", count: found.removed, word: trans.__("removed") },
  ];
  const all = Math.max(parts.reduce((sum, { count }) => sum + count, 0), 1);
  return (
    <div className="wb-Compare-said" role="status">
      <div className="wb-Compare-bar" aria-hidden="true">
        {parts.map(({ key, count }) =>
          count > 0 ? <span key={key} data-part={key} style={{ flexGrow: count / all }} /> : null,
        )}
      </div>
      <p>
        {parts.map(({ key, sign, count, word }) => (
          <span key={key} className="wb-Compare-part" data-part={key}>
            <strong className={count === 0 ? "wb-Faint" : undefined}>
              {count === 0 ? "0" : `${sign}${whole(count, language)}`}
            </strong>{" "}
            <span className="wb-Faint">{word}</span>
          </span>
        ))}
        <span className="wb-Faint">
          {found.key.length > 0
            ? trans.__("told apart by %1", found.key.join(", "))
            : trans.__("whole rows, since no key was declared: one that changed counts as removed and added")}
        </span>
      </p>
    </div>
  );
}
