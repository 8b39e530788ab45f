/** Why a training set holds a value: the rows of its key around the moment, what was taken and what was not. */

import { JoinPicture } from "@workbench/ui";
import * as React from "react";
import { failureOf, type IWhy } from "../api";
import { CodeView } from "../code";
import { Nothing, Part } from "../dataset/part";
import type { ILoadedProps } from "../header";
import type { IFailure } from "../tokens";
import { whole } from "../wording";

/** How long after the last keystroke the answer is asked for. */
const PAUSE = 300;

export function Why(props: ILoadedProps): React.JSX.Element {
  const { trans } = props.language;
  return (
    <Part {...props} name="why">
      {({ asked, code }) =>
        asked && asked.features.length > 0 ? (
          <Question {...props} features={asked.features} rows={asked.rows} />
        ) : (
          <Nothing
            {...props}
            text={trans.__("What its views read is gone, so its values cannot be explained.")}
            code={code ?? ""}
          />
        )
      }
    </Part>
  );
}

function Question(props: ILoadedProps & { features: readonly string[]; rows: number }): React.JSX.Element {
  const { page, model, features, rows, commands, language } = props;
  const { trans } = language;
  const [row, setRow] = React.useState("0");
  const [feature, setFeature] = React.useState(features[0] ?? "");
  const [told, setTold] = React.useState<IWhy | null>(null);
  const [failure, setFailure] = React.useState<IFailure | null>(null);
  const number = Math.min(Math.max(Math.trunc(Number(row)) || 0, 0), Math.max(rows - 1, 0));
  React.useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      model.api.why(page.id, number, feature).then(
        (answer) => {
          if (isCurrent) {
            setTold(answer);
            setFailure(null);
          }
        },
        (error: unknown) => {
          if (isCurrent) {
            setFailure(failureOf(error));
          }
        },
      );
    }, PAUSE);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [model, page.id, number, feature]);
  return (
    <>
      <div className="wb-Part-head">
        <label className="wb-Choice">
          <span className="wb-Faint">{trans.__("Row")}</span>
          <input
            type="number"
            className="wb-Form-field"
            aria-label={trans.__("Row")}
            min={0}
            max={Math.max(rows - 1, 0)}
            value={row}
            onChange={(event) => {
              setRow(event.target.value);
            }}
          />
        </label>
        <span className="wb-Faint">{trans.__("of %1 rows, counted from 0", whole(rows, language))}</span>
        <label className="wb-Choice">
          <span className="wb-Faint">{trans.__("Feature")}</span>
          <select
            className="wb-Form-field"
            aria-label={trans.__("Feature")}
            value={feature}
            onChange={(event) => {
              setFeature(event.target.value);
            }}
          >
            {features.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      </div>
      {failure ? (
        <p className="wb-Page-error" role="alert">
          {failure.hint ? trans.__("%1: %2", failure.message, failure.hint) : failure.message}
        </p>
      ) : told === null ? (
        <p className="wb-Page-notice wb-Faint" role="status">
          {trans.__("Reading the source")}
        </p>
      ) : (
        <>
          <JoinPicture rows={[told.joined]} locale={language.locale} />
          <p className="wb-Part-said">
            {trans.__("The online store would have answered %1 then.", told.online ?? "–")}{" "}
            <span className="wb-State" data-state={told.leaks ? "warning" : undefined}>
              {told.leaks
                ? trans.__("A join by event time would have given %1, which nobody knew yet: it leaks.", told.by_event_time ?? "–")
                : trans.__("A join by event time gives the same.")}
            </span>
          </p>
          <CodeView title={trans.__("The same, as code")} code={told.code} commands={commands} trans={trans} />
        </>
      )}
    </>
  );
}
