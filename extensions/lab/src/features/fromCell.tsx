/** From a cell to a feature: what was read out of it, whether it is equal online and offline, what it costs, its code. */

import { ReactWidget } from "@jupyterlab/apputils";
import type { ITranslator } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import * as React from "react";
import {
  failureOf,
  type Api,
  type ICellAsked,
  type ICellTrouble,
  type IProof,
  type IProposal,
} from "../api";
import { Highlighted } from "../highlight";
import { useNow } from "../panel";
import { CommandIDs, type IFailure, type IRecords } from "../tokens";
import type { ILanguage } from "../wording";
import { useDatasets } from "./builder";
import type { ICell } from "./cell";
import { Proving } from "./proof";
import { useWork } from "./waiting";

/** How long after the last keystroke the cell is read. */
const PAUSE = 350;
/** So many rows of text the field of the cell has at most. */
const TALLEST = 24;

export class FromCellPage extends ReactWidget {
  constructor(
    private readonly api: Api,
    private readonly records: IRecords,
    private readonly commands: CommandRegistry,
    private readonly translator: ITranslator,
    private cell: ICell,
  ) {
    super();
    this.addClass("wb-Page");
  }

  /** Begin anew with another cell. */
  begin(cell: ICell): void {
    this.cell = { ...cell };
    this.update();
  }

  protected render(): React.JSX.Element {
    return (
      <FromCell
        api={this.api}
        records={this.records}
        commands={this.commands}
        translator={this.translator}
        cell={this.cell}
      />
    );
  }
}

interface IProps {
  api: Api;
  records: IRecords;
  commands: CommandRegistry;
  translator: ITranslator;
  cell: ICell;
}

/** What was asked about the cell, and stays to be answered otherwise. */
interface IQuestions {
  readonly frames: readonly string[];
  readonly keys: readonly (readonly string[])[];
}

const NO_QUESTIONS: IQuestions = { frames: [], keys: [] };

function FromCell({ api, records, commands, translator, cell }: IProps): React.JSX.Element {
  const trans = translator.load("workbench");
  const language = { trans, locale: translator.languageCode.replace("_", "-"), now: useNow() };
  const [asked, setAsked] = React.useState<ICellAsked>(() => begun(cell));
  const [questions, setQuestions] = React.useState(NO_QUESTIONS);
  React.useEffect(() => {
    setAsked(begun(cell));
    setQuestions(NO_QUESTIONS);
  }, [cell]);
  const { proposal, trouble, isReading } = useReading(api, asked);
  React.useEffect(() => {
    const asks = trouble && "asks" in trouble ? trouble.asks : null;
    if (asks) {
      setQuestions((before) => ({
        frames: asks.frame === null ? before.frames : [...new Set([...before.frames, asks.frame])],
        keys: asks.keys.length > 0 ? asks.keys : before.keys,
      }));
    }
  }, [trouble]);
  const proof = useWork<IProof>();
  const { start, stop } = proof;
  const prove = (): void => {
    start((onReached, signal) => api.prove(asked, onReached, signal));
  };
  const tried = proposal ? JSON.stringify([proposal.keys, proposal.features, proposal.sql, proposal.reads]) : null;
  const isAsIs = asked.source === cell.source;
  const latest = React.useRef(asked);
  React.useEffect(() => {
    latest.current = asked;
  });
  // The cell as it came is tried at once; what is typed, when that is asked for.
  React.useEffect(() => {
    stop();
    if (tried !== null && isAsIs) {
      start((onReached, signal) => api.prove(latest.current, onReached, signal));
    }
  }, [api, tried, isAsIs, start, stop]);
  const change = (part: Partial<ICellAsked>): void => {
    setAsked((before) => ({ ...before, ...part }));
  };
  return (
    <article className="wb-Builder wb-FromCell" aria-label={trans.__("Feature from cell")}>
      <section className="wb-Builder-form" aria-label={trans.__("What is read")}>
        <h1 className="wb-Page-title">{trans.__("Feature from cell")}</h1>
        <p className="wb-Page-facts">
          {cell.place === null || cell.notebook === null
            ? trans.__("The code is read, not run.")
            : trans.__("Cell %1 of %2. It is read, not run; what is changed here stays here.", cell.place, cell.notebook)}
        </p>
        <textarea
          className="wb-Form-field wb-FromCell-source"
          aria-label={trans.__("The cell's code")}
          spellCheck={false}
          rows={Math.min(Math.max(asked.source.split("\n").length + 1, 6), TALLEST)}
          value={asked.source}
          onChange={(event) => {
            change({ source: event.target.value });
          }}
        />
        <Answers asked={asked} questions={questions} proposal={proposal} records={records} language={language} onChange={change} />
      </section>
      <section className="wb-Builder-result" aria-label={trans.__("What results")} data-reading={isReading || undefined}>
        <p className="wb-Hidden" role="status">
          {isReading ? trans.__("Reading the cell") : ""}
        </p>
        {trouble ? <Trouble trouble={trouble} source={asked.source} language={language} /> : null}
        {proposal ? (
          <>
            <Code code={proposal.code} commands={commands} language={language} />
            <Proving proof={proof} onProve={prove} language={language} />
            <Inferred proposal={proposal} language={language} />
          </>
        ) : trouble ? null : (
          <p className="wb-Faint wb-Builder-said">{trans.__("Reading the cell")}</p>
        )}
      </section>
    </article>
  );
}

function begun({ source, before }: ICell): ICellAsked {
  return { source, before, name: "", keys: [], frames: {} };
}

/** Read the cell a moment after the last change; what was asked before no longer counts. */
function useReading(
  api: Api,
  asked: ICellAsked,
): { proposal: IProposal | null; trouble: ICellTrouble | IFailure | null; isReading: boolean } {
  const [told, setTold] = React.useState<{ proposal: IProposal | null; trouble: ICellTrouble | IFailure | null }>({
    proposal: null,
    trouble: null,
  });
  const [isReading, setReading] = React.useState(true);
  const first = React.useRef(true);
  React.useEffect(() => {
    let isCurrent = true;
    setReading(true);
    const timer = setTimeout(
      () => {
        api
          .fromCell(asked)
          .catch((error: unknown) => ({ proposal: null, trouble: failureOf(error) }))
          .then((answer) => {
            if (isCurrent) {
              setTold(answer);
              setReading(false);
            }
          })
          .catch(() => undefined);
      },
      first.current ? 0 : PAUSE,
    );
    first.current = false;
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [api, asked]);
  return { ...told, isReading };
}

function Answers(props: {
  asked: ICellAsked;
  questions: IQuestions;
  proposal: IProposal | null;
  records: IRecords;
  language: ILanguage;
  onChange: (part: Partial<ICellAsked>) => void;
}): React.JSX.Element {
  const { asked, questions, proposal, records, language, onChange } = props;
  const { trans } = language;
  const datasets = useDatasets(records);
  const prefix = React.useId();
  return (
    <>
      {questions.frames.map((frame) => (
        <div key={frame} className="wb-Field">
          <label htmlFor={`${prefix}${frame}`}>
            <code>{frame}</code>
          </label>
          <div>
            <select
              id={`${prefix}${frame}`}
              className="wb-Form-field"
              value={asked.frames[frame] ?? ""}
              onChange={(event) => {
                onChange({ frames: { ...asked.frames, [frame]: event.target.value } });
              }}
            >
              <option value="">{trans.__("choose a dataset")}</option>
              {datasets.map(({ id, ref }) => (
                <option key={id} value={ref}>
                  {ref}
                </option>
              ))}
            </select>
            <span className="wb-Faint">{trans.__("what this variable holds")}</span>
          </div>
        </div>
      ))}
      {questions.keys.length > 0 ? (
        <div className="wb-Field">
          <label htmlFor={`${prefix}-key`}>{trans.__("Key")}</label>
          <div>
            <select
              id={`${prefix}-key`}
              className="wb-Form-field"
              value={JSON.stringify(asked.keys)}
              onChange={(event) => {
                onChange({ keys: JSON.parse(event.target.value) as string[] });
              }}
            >
              <option value="[]">{trans.__("choose a key")}</option>
              {questions.keys.map((keys) => (
                <option key={keys.join()} value={JSON.stringify(keys)}>
                  {keys.join(", ")}
                </option>
              ))}
            </select>
            <span className="wb-Faint">{trans.__("whose the features are")}</span>
          </div>
        </div>
      ) : null}
      <div className="wb-Field">
        <label htmlFor={`${prefix}-name`}>{trans.__("Name")}</label>
        <div>
          <input
            id={`${prefix}-name`}
            className="wb-Form-field"
            value={asked.name}
            placeholder={proposal?.view ?? ""}
            onChange={(event) => {
              onChange({ name: event.target.value });
            }}
          />
          <span className="wb-Faint">{trans.__("of the view; otherwise of the dataset and the key")}</span>
        </div>
      </div>
    </>
  );
}

/** What is in the way, with the line where it is and what to do. */
function Trouble(props: {
  trouble: ICellTrouble | IFailure;
  source: string;
  language: ILanguage;
}): React.JSX.Element {
  const { trouble, source, language } = props;
  const { trans } = language;
  const number = "line" in trouble ? trouble.line : null;
  const line = number === null ? undefined : source.split("\n")[number - 1];
  const asks = "asks" in trouble ? trouble.asks : null;
  const hint =
    asks === null
      ? trouble.hint
      : asks.frame === null
        ? trans.__("Choose the key under the cell.")
        : trans.__("Choose under the cell what %1 holds.", asks.frame);
  return (
    <section className="wb-Card" role="alert" aria-label={trans.__("What is in the way")}>
      <h2 className="wb-Card-title">
        <span className="wb-State" data-state="failed">
          <span className="wb-Glyph" data-state="failed" aria-hidden="true">
            ✕
          </span>{" "}
          {trans.__("No view can follow the cell yet")}
        </span>
      </h2>
      {line === undefined ? null : (
        <pre className="wb-CodeBlock" tabIndex={0}>
          <span className="wb-Faint">{String(number)}  </span>
          <Highlighted code={line} language="python" />
        </pre>
      )}
      <p className="wb-FromCell-said">{line === undefined ? trouble.message : trouble.message.replace(/^line \d+: /, "")}</p>
      {hint ? <p className="wb-FromCell-said wb-Faint">{hint}</p> : null}
    </section>
  );
}

function Code(props: { code: string; commands: CommandRegistry; language: ILanguage }): React.JSX.Element {
  const { code, commands, language } = props;
  const { trans } = language;
  return (
    <section className="wb-Card" aria-label={trans.__("The same, as code")}>
      <h2 className="wb-Card-title">
        {trans.__("The same, as code")}
        <span className="wb-Faint">{trans.__("running it registers the view")}</span>
        <span className="wb-Spread" />
        <button
          type="button"
          className="wb-Button"
          onClick={() => void commands.execute(CommandIDs.insertText, { code })}
        >
          {trans.__("Insert code")}
        </button>
        <button
          type="button"
          className="wb-Button"
          data-tone="main"
          onClick={() => void commands.execute(CommandIDs.runText, { code })}
        >
          {trans.__("Insert and run")}
        </button>
      </h2>
      <pre className="wb-CodeBlock" tabIndex={0}>
        <Highlighted code={code} language="python" />
      </pre>
    </section>
  );
}

function Inferred({ proposal, language }: { proposal: IProposal; language: ILanguage }): React.JSX.Element {
  const { trans } = language;
  const keys = proposal.keys.map(({ name, type }) => `${name} (${type})`).join(", ");
  const facts: [string, string][] = [
    [trans.__("view"), proposal.view],
    [trans.__("entity"), proposal.entity],
    [trans.__("key"), keys],
    [trans.__("reads"), proposal.reads.join(", ")],
    [trans.__("time"), proposal.time ?? trans.__("none: it holds at any time")],
    [trans.__("known from"), proposal.created ?? proposal.time ?? trans.__("always")],
  ];
  return (
    <section className="wb-Card" aria-label={trans.__("What was inferred")}>
      <h2 className="wb-Card-title">{trans.__("What was inferred")}</h2>
      {proposal.notes.map((note) => (
        <p key={note} className="wb-FromCell-said">
          <span className="wb-State" data-state="warning">
            <span className="wb-Glyph" aria-hidden="true">
              !
            </span>{" "}
            {trans.__("differs from the cell")}
          </span>{" "}
          {note}
        </p>
      ))}
      <dl className="wb-Facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="wb-Card-scroll" tabIndex={0} role="group" aria-label={trans.__("Features")}>
        <table className="wb-Table">
          <caption className="wb-Hidden">{trans.__("Features")}</caption>
          <thead>
            <tr>
              <th scope="col">{trans.__("feature")}</th>
              <th scope="col">{trans.__("function")}</th>
              <th scope="col">{trans.__("column")}</th>
              <th scope="col" data-align="right">{trans.__("window")}</th>
              <th scope="col">{trans.__("type")}</th>
            </tr>
          </thead>
          <tbody>
            {proposal.features.map((each) => (
              <tr key={each.feature}>
                <td className="wb-Code">{each.feature}</td>
                <td>{each.function ?? trans.__("as it is")}</td>
                <td>{each.column ?? trans.__("rows")}</td>
                <td data-align="right">{each.window ?? "–"}</td>
                <td className="wb-Faint">{each.type}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
