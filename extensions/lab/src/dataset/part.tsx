/** A part of a page while it is read, when it cannot be, and when there is nothing in it. */

import * as React from "react";
import { CodeView } from "../code";
import type { Part as PartData } from "../api";
import type { ILoadedProps } from "../header";

/** Show a part as soon as it is read; `children` draws it. */
export function Part(
  props: ILoadedProps & { name: string; children: (part: PartData) => React.ReactNode },
): React.JSX.Element {
  const { model, name, language, children } = props;
  const { trans } = language;
  const part = model.part(name);
  const failure = model.partFailure(name);
  return (
    <>
      {failure ? (
        <div className="wb-Page-notice" role="alert">
          <p className="wb-Page-error">{failure.message}</p>
          {failure.hint ? <p className="wb-Faint">{failure.hint}</p> : null}
          <button type="button" className="wb-Button" onClick={() => void model.show(name)}>
            {trans.__("Try again")}
          </button>
        </div>
      ) : null}
      {part === null && !failure ? (
        <p className="wb-Page-notice wb-Faint" role="status">
          {trans.__("Reading the rest of the record")}
        </p>
      ) : null}
      {part ? children(part) : null}
    </>
  );
}

/** What would be here, and the line that makes it. */
export function Nothing(props: ILoadedProps & { text: string; code: string }): React.JSX.Element {
  const { text, code, commands, language } = props;
  return <CodeView title={text} code={code} commands={commands} trans={language.trans} />;
}
