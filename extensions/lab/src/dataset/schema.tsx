/** The schema that a dataset is held to: what it expects, and what each version changed. */

import * as React from "react";
import { SchemaEditor } from "../schemaEditor";
import { RecordTable } from "../table";
import { absolute, ago } from "../wording";
import { Nothing, Part } from "./part";
import type { IDatasetProps } from "./tabs";

export function Schema(props: IDatasetProps): React.JSX.Element {
  const { model, commands, language, onOpen } = props;
  const { trans } = language;
  return (
    <Part {...props} name="schema">
      {({ tables, schema, code }) =>
        schema ? (
          <>
            <p className="wb-Part-head">
              <span className="wb-Faint" title={absolute(schema.made, language)}>
                {trans.__("made %1", ago(schema.made, language))}
              </span>
              <button type="button" className="wb-Link" onClick={() => { onOpen(schema.record); }}>
                {trans.__("Open record")}
              </button>
            </p>
            <SchemaEditor
              schema={schema}
              api={model.api}
              commands={commands}
              language={language}
              onSaved={() => void model.show("schema")}
            />
            <div className="wb-Tables">
              {tables.map((table) => (
                <RecordTable key={table.title} {...props} table={table} />
              ))}
            </div>
          </>
        ) : (
          <Nothing
            {...props}
            text={trans.__("No schema is known for it. This line makes the one that its rows fulfil.")}
            code={code ?? ""}
          />
        )
      }
    </Part>
  );
}
