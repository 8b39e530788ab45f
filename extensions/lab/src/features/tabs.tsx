/** The tabs of a view's or a service's page, in their order; what each shows is read when it is opened. */

import { Freshness as FreshnessPicture, StatisticsTable, ThroughTime } from "@workbench/ui";
import * as React from "react";
import { CodeView } from "../code";
import { Nothing, Part } from "../dataset/part";
import type { ILoadedProps } from "../header";
import { RecordTable } from "../table";
import type { ITab } from "../tabs";
import { CommandIDs, type ICompared, type IViewHead } from "../tokens";
import { absolute, whole, type ILanguage } from "../wording";

export interface IViewProps extends ILoadedProps {
  head: IViewHead;
  /** Opens the lineage of a record's column. */
  onColumn: (record: string, column: string) => void;
}

export function viewTabs(props: IViewProps): ITab[] {
  const { head, language } = props;
  const { trans } = language;
  const known: Record<string, () => [label: string, view: React.JSX.Element]> = {
    definition: () => [trans.__("Definition"), <Definition key="definition" {...props} />],
    through: () => [trans.__("Through time"), <Through key="through" {...props} />],
    freshness: () => [trans.__("Freshness"), <Freshness key="freshness" {...props} />],
    online: () => [trans.__("Online against offline"), <Online key="online" {...props} />],
    versions: () => [trans.__("Versions"), <Versions key="versions" {...props} />],
    users: () => [trans.__("Users"), <Users key="users" {...props} />],
  };
  return head.parts.flatMap(({ key, count }) => {
    const tab = known[key];
    if (!tab) {
      return [];
    }
    const [label, view] = tab();
    return [{ key, label, count: count === null ? undefined : whole(count, language), view: () => view }];
  });
}

function Definition(props: IViewProps): React.JSX.Element {
  const { commands, language } = props;
  const { trans } = language;
  return (
    <Part {...props} name="definition">
      {({ tables, code, sql }) => {
        const [features, ...rest] = tables;
        const making = code ? (
          <CodeView title={trans.__("Definition")} code={code} commands={commands} trans={trans} />
        ) : null;
        const isShort = rest.length === 0 && !sql;
        return (
          <div className="wb-Beside">
            <div className="wb-Beside-main">
              {features ? <RecordTable {...props} table={features} /> : null}
              {isShort ? null : making}
            </div>
            <div className="wb-Beside-more">
              {rest.map((table) => (
                <RecordTable key={table.title} {...props} table={table} />
              ))}
              {sql ? (
                <CodeView title={trans.__("Query")} code={sql} language="sql" canInsert={false} commands={commands} trans={trans} />
              ) : null}
              {isShort ? making : null}
            </div>
          </div>
        );
      }}
    </Part>
  );
}

function Through(props: IViewProps): React.JSX.Element {
  const { page, commands, language } = props;
  const { trans } = language;
  const insert = (code: string): void => {
    void commands.execute(CommandIDs.insertText, { code });
  };
  return (
    <Part {...props} name="through">
      {({ through, statistics, code }) => (
        <>
          {through && "starts" in through && through.starts.length > 0 ? (
            <ThroughTime data={through} locale={language.locale} />
          ) : page.facts.static ? (
            <p className="wb-Part-said">{trans.__("Its rows hold at any time, so its values do not move.")}</p>
          ) : (
            <Nothing
              {...props}
              text={trans.__("Here will be how its values move, as soon as it has rows with a time.")}
              code={code ?? ""}
            />
          )}
          {statistics ? (
            <StatisticsTable data={statistics} locale={language.locale} code={code} onInsertCode={insert} />
          ) : (
            <Nothing
              {...props}
              text={trans.__("No statistics yet. They are computed when it is first carried online, by this line.")}
              code={code ?? ""}
            />
          )}
        </>
      )}
    </Part>
  );
}

function Freshness(props: IViewProps): React.JSX.Element {
  const { language } = props;
  const { trans } = language;
  return (
    <Part {...props} name="freshness">
      {({ freshness, tables, code }) => (
        <>
          {freshness ? (
            <FreshnessPicture data={freshness} locale={language.locale} />
          ) : (
            <Nothing
              {...props}
              text={trans.__("It was never carried online. This line does, and how fresh it stays is shown here.")}
              code={code ?? ""}
            />
          )}
          {tables.map((table) => (
            <RecordTable key={table.title} {...props} table={table} />
          ))}
        </>
      )}
    </Part>
  );
}

function Online(props: IViewProps): React.JSX.Element {
  const { commands, language } = props;
  const { trans } = language;
  return (
    <Part {...props} name="online">
      {({ compared, tables, code }) =>
        compared ? (
          <>
            <Agreement compared={compared} language={language} />
            {tables.map((table) => (
              <RecordTable key={table.title} {...props} table={table} />
            ))}
            {code ? <CodeView title={trans.__("Look one up")} code={code} commands={commands} trans={trans} /> : null}
          </>
        ) : (
          <Nothing
            {...props}
            text={trans.__("Nothing of it is online. This line carries it there, and the values of both sides are compared here.")}
            code={code ?? ""}
          />
        )
      }
    </Part>
  );
}

/** How many cells are the same on both sides, in a sentence and a bar. */
function Agreement({ compared, language }: { compared: ICompared; language: ILanguage }): React.JSX.Element {
  const { trans } = language;
  const { keys, equal, cells, moment } = compared;
  const isSame = equal === cells;
  return (
    <section className="wb-Card wb-Agreement" aria-label={trans.__("Online against offline")}>
      <p className="wb-Part-said">
        <span className="wb-State" data-state={isSame ? "passed" : "warning"}>
          <span className="wb-Glyph" aria-hidden="true">{isSame ? "✓" : "!"}</span>{" "}
          {isSame
            ? trans.__("All %1 values of %2 keys are the same online and offline", whole(cells, language), whole(keys, language))
            : trans.__("%1 of %2 values of %3 keys are the same online and offline", whole(equal, language), whole(cells, language), whole(keys, language))}
        </span>{" "}
        <span className="wb-Faint">{trans.__("read just now, as of %1", absolute(moment, language))}</span>
      </p>
      <div className="wb-Agreement-bar" aria-hidden="true">
        <span style={{ width: `${String(cells === 0 ? 0 : (100 * equal) / cells)}%` }} />
      </div>
    </section>
  );
}

function Versions(props: IViewProps): React.JSX.Element {
  return (
    <Part {...props} name="versions">
      {({ tables }) => tables.map((table) => <RecordTable key={table.title} {...props} table={table} />)}
    </Part>
  );
}

function Users(props: IViewProps): React.JSX.Element {
  const { trans } = props.language;
  return (
    <Part {...props} name="users">
      {({ tables, code }) =>
        tables.length > 0 ? (
          tables.map((table) => <RecordTable key={table.title} {...props} table={table} />)
        ) : (
          <Nothing
            {...props}
            text={trans.__("Nothing uses it yet. Here will be the services, training sets, models and deployments that read it.")}
            code={code ?? ""}
          />
        )
      }
    </Part>
  );
}
