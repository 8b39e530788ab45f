/** What a dataset's values are like: its recorded statistics, those of a part of its rows, or two over each other. */

import { StatisticsTable, type StatisticsData } from "@workbench/ui";
import * as React from "react";
import { failureOf } from "../api";
import { CommandIDs, type IChoice, type IFailure } from "../tokens";
import { Nothing } from "./part";
import type { IDatasetProps } from "./tabs";

interface IDrawn {
  data: StatisticsData;
  code: string;
}

export function Statistics(props: IDatasetProps): React.JSX.Element {
  const { page, head, model, commands, language } = props;
  const { trans } = language;
  const [chosen, setChosen] = React.useState<readonly string[] | null>(null);
  const [drawn, setDrawn] = React.useState<IDrawn | null>(null);
  const [failure, setFailure] = React.useState<IFailure | null>(null);
  const [first, second] = chosen ?? head.statistics_of;
  const isOwn = chosen === null || chosen.join() === head.statistics_of.join();
  React.useEffect(() => {
    let isCurrent = true;
    if (!isOwn && first !== undefined) {
      model.api.statistics(first, second ?? null).then(
        (answer) => {
          if (isCurrent) {
            setDrawn(answer);
            setFailure(null);
          }
        },
        (error: unknown) => {
          setFailure(failureOf(error));
        },
      );
    }
    return () => {
      isCurrent = false;
    };
  }, [model, isOwn, first, second]);
  const shown: IDrawn | null =
    page.statistics && (isOwn || drawn === null)
      ? { data: page.statistics, code: page.statistics_code ?? "" }
      : drawn;
  if (shown === null) {
    return (
      <Nothing
        {...props}
        text={trans.__("No statistics yet. This line computes them, and they are drawn here.")}
        code={page.statistics_code ?? ""}
      />
    );
  }
  return (
    <>
      {head.statistics_choices.length > 1 ? (
        <div className="wb-Part-head">
          <Choice label={trans.__("Rows")} value={first} choices={head.statistics_choices.filter(({ other }) => !other)} whole={trans.__("all rows")} onChoose={(id) => { setChosen(second === undefined || second === id ? [id] : [id, second]); }} />
          <Choice label={trans.__("against")} value={second ?? ""} none={trans.__("nothing")} whole={trans.__("all rows")} choices={head.statistics_choices.filter(({ id }) => id !== first)} onChoose={(id) => { setChosen(first === undefined ? null : id === "" ? [first] : [first, id]); }} />
          {failure ? <span className="wb-Page-error" role="alert">{failure.message}</span> : null}
        </div>
      ) : null}
      <StatisticsTable
        key={shown.data.datasets.map(({ name }) => name).join("\n")}
        data={shown.data}
        locale={language.locale}
        code={shown.code}
        onInsertCode={(code) => void commands.execute(CommandIDs.insertText, { code })}
      />
    </>
  );
}

function Choice(props: {
  label: string;
  value: string | undefined;
  choices: readonly IChoice[];
  /** What all rows are called. */
  whole: string;
  /** What no choice is called, where there may be none. */
  none?: string;
  onChoose: (id: string) => void;
}): React.JSX.Element {
  const { label, value, choices, whole, none, onChoose } = props;
  return (
    <label className="wb-Choice">
      <span className="wb-Faint">{label}</span>
      <select
        className="wb-Form-field"
        aria-label={label}
        value={value}
        onChange={(event) => {
          onChoose(event.target.value);
        }}
      >
        {none === undefined ? null : <option value="">{none}</option>}
        {choices.map(({ id, text }) => (
          <option key={id} value={id}>
            {text || whole}
          </option>
        ))}
      </select>
    </label>
  );
}
