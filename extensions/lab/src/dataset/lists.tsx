/** The parts that are one table: columns, versions, users, bad rows. */

import * as React from "react";
import { CodeView } from "../code";
import { RecordTable } from "../table";
import { whole } from "../wording";
import { Nothing, Part } from "./part";
import type { IDatasetProps } from "./tabs";

export function Columns(props: IDatasetProps): React.JSX.Element {
  return (
    <Part {...props} name="columns">
      {({ tables }) => tables.map((table) => <RecordTable key={table.title} {...props} table={table} />)}
    </Part>
  );
}

export function Versions(props: IDatasetProps): React.JSX.Element {
  const { trans } = props.language;
  const note = trans.__("added and gone: rows in files that only one of two neighbours has");
  return (
    <Part {...props} name="versions">
      {({ tables }) =>
        tables.map((table) => (
          <RecordTable key={table.title} {...props} table={table} note={table.rows.length > 1 ? note : undefined} />
        ))
      }
    </Part>
  );
}

export function Users(props: IDatasetProps): React.JSX.Element {
  const { trans } = props.language;
  return (
    <Part {...props} name="users">
      {({ tables, code }) =>
        tables.length > 0 ? (
          tables.map((table) => <RecordTable key={table.title} {...props} table={table} />)
        ) : (
          <Nothing
            {...props}
            text={trans.__(
              "Nothing uses it yet. Here will be the training sets, feature views, runs, models, jobs and dashboards made from it.",
            )}
            code={code ?? ""}
          />
        )
      }
    </Part>
  );
}

export function BadRows(props: IDatasetProps): React.JSX.Element {
  const { commands, language } = props;
  const { trans } = language;
  return (
    <Part {...props} name="bad_rows">
      {({ tables, code, all }) => (
        <>
          {tables.map((table) => (
            <RecordTable
              key={table.title}
              {...props}
              table={table}
              note={
                all !== undefined && all > table.rows.length
                  ? trans.__("the first of %1", whole(all, language))
                  : undefined
              }
            />
          ))}
          {code ? <CodeView title={trans.__("All of them, as a frame")} code={code} commands={commands} trans={trans} /> : null}
        </>
      )}
    </Part>
  );
}
