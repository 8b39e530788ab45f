/** The validations of a dataset, the newest first, each with what it found. */

import * as React from "react";
import { CodeView } from "../code";
import { State } from "../glyphs";
import { RecordTable } from "../table";
import type { IValidation } from "../tokens";
import { absolute, ago } from "../wording";
import { Nothing, Part } from "./part";
import type { IDatasetProps } from "./tabs";

export function Anomalies(props: IDatasetProps): React.JSX.Element {
  const { commands, language } = props;
  const { trans } = language;
  return (
    <Part {...props} name="anomalies">
      {({ validations, code }) =>
        validations && validations.length > 0 ? (
          <>
            {validations.map((each) => (
              <Validation key={each.record} {...props} validation={each} />
            ))}
            {code ? <CodeView title={trans.__("Validate again")} code={code} commands={commands} trans={trans} /> : null}
          </>
        ) : (
          <Nothing
            {...props}
            text={trans.__("It was never held against a schema. This line does, and what it finds is shown here.")}
            code={code ?? ""}
          />
        )
      }
    </Part>
  );
}

function Validation(props: IDatasetProps & { validation: IValidation }): React.JSX.Element {
  const { validation, language, onOpen } = props;
  const { trans } = language;
  const { schema, environment, made, tables } = validation;
  return (
    <section aria-label={validation.text}>
      <p className="wb-Part-head">
        <State state={validation.state} trans={trans} />
        {schema ? (
          <span>
            {trans.__("against")}{" "}
            <button type="button" className="wb-Link" onClick={() => { onOpen(schema.record); }}>
              {schema.text}
            </button>
          </span>
        ) : null}
        {environment ? <span className="wb-Chip">{environment}</span> : null}
        <span className="wb-Faint" title={absolute(made, language)}>
          {ago(made, language)}
        </span>
        <button type="button" className="wb-Link" onClick={() => { onOpen(validation.record); }}>
          {trans.__("Open record")}
        </button>
      </p>
      {tables.length === 0 ? <p className="wb-Part-said">{trans.__("Its rows are as the schema expects.")}</p> : null}
      {tables.map((table) => (
        <RecordTable key={table.title} {...props} table={table} />
      ))}
    </section>
  );
}
