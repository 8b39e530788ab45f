/** The schema that a dataset is held to: what it expects, and what each version changed. */

import * as React from "react";
import { RecordTable } from "../table";
import { absolute, ago } from "../wording";
import { Nothing, Part } from "./part";
import type { IDatasetProps } from "./tabs";

export function Schema(props: IDatasetProps): React.JSX.Element {
  const { language, onOpen } = props;
  const { trans } = language;
  return (
    <Part {...props} name="schema">
      {({ tables, schema, code }) => {
        if (!schema) {
          return (
            <Nothing
              {...props}
              text={trans.__("No schema is known for it. This line makes the one that its rows fulfil.")}
              code={code ?? ""}
            />
          );
        }
        const [expected, ...others] = tables;
        return (
          <>
            <p className="wb-Part-head">
              <button type="button" className="wb-Link" onClick={() => { onOpen(schema.record); }}>
                {schema.text}
              </button>
              <span className="wb-Faint" title={absolute(schema.made, language)}>
                {trans.__("made %1", ago(schema.made, language))}
              </span>
            </p>
            {expected ? <RecordTable {...props} table={expected} /> : null}
            <div className="wb-Tables">
              {others.map((table) => (
                <RecordTable key={table.title} {...props} table={table} />
              ))}
            </div>
          </>
        );
      }}
    </Part>
  );
}
