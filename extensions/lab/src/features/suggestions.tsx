/** Features that related datasets could give: searched, ranked by what they tell of the label, accepted as code. */

import type { CommandRegistry } from "@lumino/commands";
import * as React from "react";
import { failureOf, type Api, type ICandidate, type IFound, type IRelated } from "../api";
import { CommandIDs, type IFailure } from "../tokens";
import { took, whole, type ILanguage } from "../wording";
import { Failure, Waiting, useWork } from "./waiting";

/** So many are listed before all are asked for. */
const LISTED = 30;

interface IProps {
  api: Api;
  commands: CommandRegistry;
  language: ILanguage;
  spine: string;
  time: string;
  label: string;
  onClose: () => void;
}

export function Suggestions(props: IProps): React.JSX.Element {
  const { api, commands, language, spine, time, label, onClose } = props;
  const { trans } = language;
  const { related, failure } = useRelated(api, spine, time, label);
  const [left, setLeft] = React.useState<ReadonlyMap<string, boolean>>(new Map());
  const [said, setSaid] = React.useState<ReadonlyMap<string, readonly string[] | null>>(new Map());
  const search = useWork<IFound>();
  const { stop } = search;
  React.useEffect(() => {
    stop();
    setLeft(new Map());
    setSaid(new Map());
  }, [stop, spine, time, label]);
  const isChosen = (each: IRelated): boolean => left.get(each.name) ?? each.why_not === null;
  const keyOf = (each: IRelated): readonly string[] | null => {
    const key = said.get(each.name);
    return key === undefined ? each.key : key;
  };
  const chosen = (related ?? []).filter((each) => each.why_not !== "label" && isChosen(each));
  const asked = {
    spine,
    time,
    label,
    datasets: chosen.map(({ name }) => name),
    relations: Object.fromEntries(
      chosen.filter((each) => each.keys.length > 1 && keyOf(each) !== null).map((each) => [each.name, keyOf(each)]),
    ),
  };
  const heading = React.useRef<HTMLHeadingElement>(null);
  React.useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <section className="wb-Card" aria-label={trans.__("Suggested features")}>
      <h2 ref={heading} className="wb-Card-title" tabIndex={-1}>
        {trans.__("Suggested features")}
        <span className="wb-Faint">{trans.__("what related rows, as they were known, tell of the label")}</span>
        <span className="wb-Spread" />
        <button type="button" className="wb-Button" onClick={onClose}>
          {trans.__("Close")}
        </button>
      </h2>
      {failure ? (
        <div className="wb-FromCell-said">
          <Failure failure={failure} language={language} />
        </div>
      ) : related === null ? (
        <p className="wb-FromCell-said wb-Faint" role="status">
          {trans.__("Looking for datasets that share a key")}
        </p>
      ) : (
        <fieldset className="wb-Related">
          <legend>{trans.__("Related datasets")}</legend>
          {related.map((each) => (
            <div key={each.name} className="wb-Related-one">
              <label>
              <input
                type="checkbox"
                disabled={each.why_not === "label" || search.isRunning}
                checked={each.why_not !== "label" && isChosen(each)}
                onChange={() => {
                  setLeft(new Map(left).set(each.name, !isChosen(each)));
                }}
              />
              <b>{each.name}</b>
              <span className="wb-Faint">
                {each.why_not === "label"
                  ? trans.__("holds the label, known at once: it would tell a row its own")
                  : each.why_not === "apart"
                    ? trans.__("shares no key; perhaps by way of another")
                    : each.keys.length === 1
                      ? trans.__("joined by %1", each.keys.join())
                      : null}
              </span>
              </label>
              {each.why_not === null && each.keys.length > 1 ? (
                <select
                  className="wb-Form-field"
                  aria-label={trans.__("Key of %1", each.name)}
                  disabled={search.isRunning}
                  value={JSON.stringify(keyOf(each))}
                  onChange={(event) => {
                    setSaid(new Map(said).set(each.name, JSON.parse(event.target.value) as string[] | null));
                  }}
                >
                  {each.keys.map((key) => (
                    <option key={key.join()} value={JSON.stringify(key)}>
                      {trans.__("joined by %1", key.join(", "))}
                    </option>
                  ))}
                  <option value="null">{trans.__("by each of these")}</option>
                </select>
              ) : null}
              <span className="wb-Spread" />
              <span className="wb-Faint">{trans._n("%2 row", "%2 rows", each.rows, whole(each.rows, language))}</span>
            </div>
          ))}
        </fieldset>
      )}
      {search.isRunning ? (
        <Waiting
          reached={search.reached}
          first={trans.__("Reading the spine")}
          then={trans.__("Trying relations")}
          language={language}
          onStop={stop}
        />
      ) : (
        <div className="wb-Waiting">
          <button
            type="button"
            className="wb-Button"
            data-tone={search.found ? undefined : "main"}
            disabled={chosen.length === 0}
            onClick={() => {
              search.start((onReached, signal) =>
                api.discover(asked, onReached, signal),
              );
            }}
          >
            {search.found ? trans.__("Search again") : trans.__("Search")}
          </button>
          {search.found ? (
            <span className="wb-Faint">
              {trans.__(
                "%1 tried for %2 on %3 rows in %4",
                whole(search.found.candidates.length, language),
                search.found.label,
                whole(search.found.rows, language),
                took(search.found.seconds, language),
              )}
            </span>
          ) : null}
        </div>
      )}
      {search.failure ? (
        <div className="wb-FromCell-said">
          <Failure failure={search.failure} language={language} />
        </div>
      ) : null}
      {search.found ? (
        <Candidates key={search.found.search} api={api} found={search.found} commands={commands} language={language} />
      ) : null}
    </section>
  );
}

/** The datasets that could tell of a spine. */
function useRelated(
  api: Api,
  spine: string,
  time: string,
  label: string,
): { related: readonly IRelated[] | null; failure: IFailure | null } {
  const [related, setRelated] = React.useState<readonly IRelated[] | null>(null);
  const [failure, setFailure] = React.useState<IFailure | null>(null);
  React.useEffect(() => {
    let isCurrent = true;
    setRelated(null);
    setFailure(null);
    api.related({ spine, time, label }).then(
      ({ datasets }) => {
        if (isCurrent) {
          setRelated(datasets);
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
  }, [api, spine, time, label]);
  return { related, failure };
}

/** Those worth looking at: surely more than chance, and like none before them. */
export function distinct(candidates: readonly ICandidate[]): readonly ICandidate[] {
  return candidates.filter(({ sure, like }) => sure && like === null);
}

/** How much of the way from what chance gives to all that can be known, between 0 and 1. */
export function beyondChance(worth: number, chance: number): number {
  return Math.min(Math.max((worth - chance) / (1 - chance), 0), 1);
}

/** What a candidate is made of, in the reader's language. */
function madeOf({ parts, source }: ICandidate, { trans }: ILanguage): string {
  if (parts === null) {
    return source;
  }
  const { column, dataset, keys, window = "" } = parts;
  if (parts.function === undefined) {
    return trans.__("%1 of %2 of the same %3", column ?? "", dataset, keys);
  }
  return column === null
    ? trans.__("rows of %1 of the same %2 in %3", dataset, keys, window)
    : trans.__("%1 of %2 of %3 of the same %4 in %5", functionName(parts.function, trans), column, dataset, keys, window);
}

function functionName(name: string, trans: ILanguage["trans"]): string {
  const names: Record<string, () => string> = {
    mean: () => trans.__("mean"),
    sum: () => trans.__("sum"),
    max: () => trans.__("maximum"),
    last: () => trans.__("last value"),
    distinct: () => trans.__("different values"),
  };
  return names[name]?.() ?? name;
}

function Candidates(props: {
  api: Api;
  found: IFound;
  commands: CommandRegistry;
  language: ILanguage;
}): React.JSX.Element {
  const { api, found, commands, language } = props;
  const { trans } = language;
  const [isWhole, setWhole] = React.useState(false);
  const [isLong, setLong] = React.useState(false);
  const [accepted, setAccepted] = React.useState<readonly string[]>([]);
  const [failure, setFailure] = React.useState<IFailure | null>(null);
  const listed = isWhole ? found.candidates : distinct(found.candidates);
  const shown = isLong ? listed : listed.slice(0, LISTED);
  const number = (value: number): string =>
    value.toLocaleString(language.locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  const accept = async (candidate: ICandidate): Promise<void> => {
    const views = new Map(found.candidates.map(({ feature, view }) => [feature, view]));
    // A view that was accepted with other features keeps them.
    const same = accepted.filter((feature) => views.get(feature) === candidate.view);
    try {
      const { code } = await api.accept(found.search, [...same, candidate.feature]);
      await commands.execute(CommandIDs.insertText, { code, stays: true });
      setAccepted((before) => [...before, candidate.feature]);
      setFailure(null);
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <>
      {failure ? (
        <div className="wb-FromCell-said">
          <Failure failure={failure} language={language} />
        </div>
      ) : null}
      <label className="wb-Choice wb-FromCell-said">
        <input
          type="checkbox"
          checked={isWhole}
          onChange={(event) => {
            setWhole(event.target.checked);
          }}
        />
        {trans.__("those that may be chance, or say the same as another, too")}
      </label>
      <div className="wb-Card-scroll" tabIndex={0} role="group" aria-label={trans.__("Candidates")}>
        <table className="wb-Table wb-Candidates">
          <caption className="wb-Hidden">{trans.__("Candidates, the most worthy first")}</caption>
          <thead>
            <tr>
              <th scope="col">{trans.__("feature")}</th>
              <th scope="col" data-align="right" title={trans.__("How well %1 is guessed from it alone; chance gives %2", found.label, number(found.chance))}>
                {trans.__("worth, %1", found.metric)}
              </th>
              <th scope="col" data-align="right">{trans.__("present")}</th>
              <th scope="col">{trans.__("made of")}</th>
              <th scope="col">
                <span className="wb-Hidden">{trans.__("accept")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((each) => (
              <tr key={each.feature}>
                <td className="wb-Code">{each.feature}</td>
                <td data-align="right" title={String(each.worth)}>
                  <span className="wb-Worth" aria-hidden="true">
                    <span style={{ width: `${100 * beyondChance(each.worth, found.chance)}%` }} />
                  </span>
                  {number(each.worth)}
                </td>
                <td data-align="right">
                  {each.present.toLocaleString(language.locale, { style: "percent", maximumSignificantDigits: 3 })}
                </td>
                <td data-format="prose">
                  {madeOf(each, language)}
                  {each.like !== null ? (
                    <span className="wb-Faint"> · {trans.__("like %1", each.like)}</span>
                  ) : each.sure ? null : (
                    <span className="wb-Faint"> · {trans.__("may be chance")}</span>
                  )}
                </td>
                <td data-align="right">
                  {accepted.includes(each.feature) ? (
                    <span className="wb-State" data-state="passed">
                      ✓ {trans.__("accepted")}
                    </span>
                  ) : (
                    <button
                      type="button"
                      className="wb-Button"
                      aria-label={trans.__("Accept %1", each.feature)}
                      onClick={() => void accept(each)}
                    >
                      {trans.__("Accept")}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {listed.length === 0 ? (
          <p className="wb-Page-notice wb-Faint">{trans.__("None surely tells more than chance.")}</p>
        ) : null}
      </div>
      {listed.length > shown.length ? (
        <button
          type="button"
          className="wb-Link wb-Card-more"
          onClick={() => {
            setLong(true);
          }}
        >
          {trans.__("%1 more", whole(listed.length - shown.length, language))}
        </button>
      ) : null}
      {found.notes.map((note) => (
        <p key={note} className="wb-FromCell-said wb-Faint">
          {note}
        </p>
      ))}
    </>
  );
}
