/** The builder of training sets: a spine and features, the join drawn on a time axis, and the code that does the same. */

import { ReactWidget } from "@jupyterlab/apputils";
import type { ITranslator } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import { JoinPicture } from "@workbench/ui";
import * as React from "react";
import { failureOf, type Api, type IPreview } from "../api";
import { Highlighted } from "../highlight";
import { useNow } from "../panel";
import { RecordTable } from "../table";
import { CommandIDs, type IFailure, type IFeatureRecord, type IRecord, type IRecords } from "../tokens";
import { whole, type ILanguage } from "../wording";
import { useFeatures } from "./catalogue";
import { Suggestions } from "./suggestions";
import { freshened, namesOf, wantedCode, type IWanted } from "./wanted";

/** How long after the last keystroke the preview is asked for. */
const PAUSE = 350;
/** So many views are listed before somebody searches. */
const LISTED = 200;

export class BuilderPage extends ReactWidget {
  constructor(
    private readonly api: Api,
    private readonly records: IRecords,
    private readonly commands: CommandRegistry,
    private readonly translator: ITranslator,
    /** What it begins with; each of them said again begins anew. */
    private begun: Partial<IWanted>,
  ) {
    super();
    this.addClass("wb-Page");
  }

  /** Begin with another spine, or with more features. */
  begin(wanted: Partial<IWanted>): void {
    this.begun = { ...wanted };
    this.update();
  }

  protected render(): React.JSX.Element {
    return (
      <Builder
        api={this.api}
        records={this.records}
        commands={this.commands}
        translator={this.translator}
        begun={this.begun}
      />
    );
  }
}

interface IBuilderProps {
  api: Api;
  records: IRecords;
  commands: CommandRegistry;
  translator: ITranslator;
  begun: Partial<IWanted>;
}

function Builder({ api, records, commands, translator, begun }: IBuilderProps): React.JSX.Element {
  const trans = translator.load("workbench");
  const language = { trans, locale: translator.languageCode.replace("_", "-"), now: useNow() };
  const { features } = useFeatures(api, records);
  const datasets = useDatasets(records);
  const [wanted, setWanted] = React.useState<IWanted>(() => freshened(null, begun));
  React.useEffect(() => {
    setWanted((before) => freshened(before, begun));
  }, [begun]);
  const { preview, failure: failed, isReading } = usePreview(api, wanted);
  const failure = failed ?? preview?.trouble ?? null;
  const spine = useSpine(api, wanted.spine);
  const code = wantedCode(wanted, spine);
  const isComplete = wanted.spine !== "" && wanted.features.length > 0 && wanted.name !== "";
  const [isSuggesting, setSuggesting] = React.useState(false);
  const missing =
    spine === null || wanted.spine === ""
      ? trans.__("To suggest features, choose a spine.")
      : (wanted.label || spine.label) && (wanted.time || spine.time)
        ? null
        : trans.__("To suggest features, choose a time and a label.");
  const change = (part: Partial<IWanted>): void => {
    setWanted((before) => ({ ...before, ...part }));
  };
  return (
    <article className="wb-Builder" aria-label={trans.__("Build a training set")}>
      <section className="wb-Builder-form" aria-label={trans.__("What to join")}>
        <h1 className="wb-Page-title">{trans.__("Build a training set")}</h1>
        <p className="wb-Page-facts">
          {trans.__("Each row of the spine comes back once, with every feature as it was known at the row's time.")}
        </p>
        <SpineFields wanted={wanted} datasets={datasets} spine={spine} language={language} onChange={change} />
        <FeatureList wanted={wanted} features={features} language={language} onChange={change} />
        <button
          type="button"
          className="wb-Button wb-Builder-suggest"
          disabled={missing !== null}
          aria-expanded={isSuggesting}
          title={missing ?? undefined}
          onClick={() => {
            setSuggesting(!isSuggesting);
          }}
        >
          {trans.__("Suggest features…")}
        </button>
        {missing === null ? null : <p className="wb-Faint wb-Builder-said">{missing}</p>}
      </section>
      <section className="wb-Builder-result" aria-label={trans.__("What results")}>
        <section className="wb-Card" aria-label={trans.__("The same, as code")}>
          <h2 className="wb-Card-title">
            {trans.__("The same, as code")}
            <span className="wb-Spread" />
            <button
              type="button"
              className="wb-Button"
              onClick={() => void commands.execute(CommandIDs.insertText, { code })}
            >
              {trans.__("Insert")}
            </button>
            <button
              type="button"
              className="wb-Button"
              data-tone="main"
              disabled={!isComplete}
              onClick={() => void commands.execute(CommandIDs.runText, { code })}
            >
              {trans.__("Insert and run")}
            </button>
          </h2>
          <pre className="wb-CodeBlock" tabIndex={0}>
            <Highlighted code={code} language="python" />
          </pre>
        </section>
        {isSuggesting && missing === null ? (
          <Suggestions
            api={api}
            commands={commands}
            language={language}
            spine={wanted.spine}
            time={wanted.time}
            label={wanted.label}
            onClose={() => {
              setSuggesting(false);
            }}
          />
        ) : null}
        {failure ? (
          <p className="wb-Page-error" role="alert">
            {failure.hint ? trans.__("%1: %2", failure.message, failure.hint) : failure.message}
          </p>
        ) : null}
        <p className="wb-Hidden" role="status">
          {isReading ? trans.__("Joining some of the rows") : ""}
        </p>
        {preview && !failure && wanted.spine !== "" && wanted.features.length > 0 ? (
          <div className="wb-Builder-preview" data-reading={isReading || undefined}>
            {preview.tables.slice(0, 1).map((table) => (
              <RecordTable key={table.title} table={table} language={language} note={trans.__("of %1 of the spine's %2 rows", whole(preview.sampled, language), whole(preview.spine.rows, language))} onOpen={(id) => void commands.execute(CommandIDs.openRecord, { id })} />
            ))}
            {preview.drawn.length > 0 ? <JoinPicture rows={preview.drawn} locale={language.locale} /> : null}
            {preview.tables.slice(1).map((table) => (
              <RecordTable key={table.title} table={table} language={language} onOpen={(id) => void commands.execute(CommandIDs.openRecord, { id })} />
            ))}
          </div>
        ) : failure ? null : (
          <p className="wb-Faint wb-Builder-said">
            {isReading
              ? trans.__("Joining some of the rows")
              : trans.__("Choose a spine and at least one feature: here will be how many rows find each, the join on a time axis, and the first rows.")}
          </p>
        )}
      </section>
    </article>
  );
}

/** Ask for a preview a moment after the last change; what was asked before no longer counts. */
function usePreview(
  api: Api,
  wanted: IWanted,
): { preview: IPreview | null; failure: IFailure | null; isReading: boolean } {
  const [preview, setPreview] = React.useState<IPreview | null>(null);
  const [failure, setFailure] = React.useState<IFailure | null>(null);
  const [isReading, setReading] = React.useState(false);
  const { spine, time, label, features } = wanted;
  const asked = JSON.stringify({ spine, time, label, features });
  React.useEffect(() => {
    let isCurrent = true;
    if (spine === "") {
      setPreview(null);
      setFailure(null);
      setReading(false);
      return undefined;
    }
    setReading(true);
    const timer = setTimeout(() => {
      api
        .preview(JSON.parse(asked) as object)
        .then(
          (answer) => {
            if (isCurrent) {
              setPreview(answer);
              setFailure(null);
            }
          },
          (error: unknown) => {
            if (isCurrent) {
              setFailure(failureOf(error));
            }
          },
        )
        .finally(() => {
          if (isCurrent) {
            setReading(false);
          }
        });
    }, PAUSE);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [api, spine, asked]);
  return { preview, failure, isReading };
}

/** What a spine's columns are, asked for as soon as it is chosen: the join of its rows takes longer. */
function useSpine(api: Api, spine: string): IPreview["spine"] | null {
  const [head, setHead] = React.useState<IPreview["spine"] | null>(null);
  React.useEffect(() => {
    let isCurrent = true;
    setHead(null);
    if (spine !== "") {
      api.preview({ spine }).then(
        (answer) => {
          if (isCurrent) {
            setHead(answer.spine);
          }
        },
        () => undefined, // the preview says why
      );
    }
    return () => {
      isCurrent = false;
    };
  }, [api, spine]);
  return head;
}

/** The datasets of the workspace, those used last first. */
export function useDatasets(records: IRecords): readonly IRecord[] {
  const pick = React.useCallback(() => records.records.filter(({ kind }) => kind === "dataset"), [records]);
  const [datasets, setDatasets] = React.useState(pick);
  React.useEffect(() => {
    const read = (): void => {
      setDatasets(pick());
    };
    read();
    records.changed.connect(read);
    return () => {
      records.changed.disconnect(read);
    };
  }, [records, pick]);
  return datasets;
}

interface IFormProps {
  wanted: IWanted;
  language: ILanguage;
  onChange: (part: Partial<IWanted>) => void;
}

function SpineFields(
  props: IFormProps & { datasets: readonly IRecord[]; spine: IPreview["spine"] | null },
): React.JSX.Element {
  const { wanted, datasets, spine, language, onChange } = props;
  const { trans } = language;
  const prefix = React.useId();
  const field = (name: string, label: string, control: React.JSX.Element, note?: string): React.JSX.Element => (
    <div className="wb-Field">
      <label htmlFor={`${prefix}${name}`}>{label}</label>
      <div>
        {control}
        {note ? <span className="wb-Faint">{note}</span> : null}
      </div>
    </div>
  );
  const isKnown = wanted.spine === "" || datasets.some(({ ref, name }) => ref === wanted.spine || name === wanted.spine);
  return (
    <>
      {field(
        "spine",
        trans.__("Spine"),
        <select
          id={`${prefix}spine`}
          className="wb-Form-field"
          value={wanted.spine}
          onChange={(event) => {
            onChange({ spine: event.target.value, time: "", label: "" });
          }}
        >
          <option value="">{trans.__("choose a dataset")}</option>
          {isKnown ? null : <option value={wanted.spine}>{wanted.spine}</option>}
          {datasets.map(({ id, ref }) => (
            <option key={id} value={ref}>
              {ref}
            </option>
          ))}
        </select>,
        spine && wanted.spine !== ""
          ? trans._n("%2 row", "%2 rows", spine.rows, whole(spine.rows, language))
          : trans.__("the rows to learn from: keys, a time, a label"),
      )}
      {field(
        "time",
        trans.__("Time"),
        <ColumnChoice id={`${prefix}time`} value={wanted.time} own={spine?.time ?? null} columns={(spine?.columns ?? []).filter(({ type }) => /time|date/.test(type)).map(({ name }) => name)} language={language} onChange={(time) => { onChange({ time }); }} />,
      )}
      {field(
        "label",
        trans.__("Label"),
        <ColumnChoice id={`${prefix}label`} value={wanted.label} own={spine?.label ?? null} columns={(spine?.columns ?? []).map(({ name }) => name)} language={language} onChange={(label) => { onChange({ label }); }} />,
      )}
      {field(
        "name",
        trans.__("Name"),
        <input
          id={`${prefix}name`}
          className="wb-Form-field"
          value={wanted.name}
          onChange={(event) => {
            onChange({ name: event.target.value });
          }}
        />,
      )}
    </>
  );
}

function ColumnChoice(props: {
  id: string;
  value: string;
  /** The dataset's own. */
  own: string | null;
  columns: readonly string[];
  language: ILanguage;
  onChange: (value: string) => void;
}): React.JSX.Element {
  const { id, value, own, columns, language, onChange } = props;
  const { trans } = language;
  return (
    <select
      id={id}
      className="wb-Form-field"
      value={value}
      onChange={(event) => {
        onChange(event.target.value);
      }}
    >
      <option value="">{own === null ? trans.__("none") : trans.__("%1 (its own)", own)}</option>
      {columns
        .filter((each) => each !== own)
        .map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
    </select>
  );
}

function FeatureList(props: IFormProps & { features: readonly IFeatureRecord[] | null }): React.JSX.Element {
  const { wanted, features, language, onChange } = props;
  const { trans } = language;
  const [query, setQuery] = React.useState("");
  const [open, setOpen] = React.useState<ReadonlySet<string>>(new Set());
  const chosen = new Set(wanted.features);
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const views = (features ?? []).filter(({ kind }) => kind !== "feature_service");
  const found = views.filter(({ name, description, features: columns }) => {
    const text = [name, description, ...columns].join("\n").toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
  const isChosen = (view: IFeatureRecord): boolean =>
    chosen.has(view.name) || view.features.some((column) => chosen.has(`${view.name}:${column}`));
  const ordered = [...found].sort((one, other) => Number(isChosen(other)) - Number(isChosen(one)));
  return (
    <fieldset className="wb-Builder-features">
      <legend>{trans.__("Features")}</legend>
      <input
        type="search"
        className="wb-Form-field"
        placeholder={trans.__("Find views and features")}
        aria-label={trans.__("Find views and features")}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
        }}
      />
      <ul>
        {ordered.slice(0, LISTED).map((view) => (
          <li key={view.id}>
            <div className="wb-Builder-view">
              <label>
                <input
                  type="checkbox"
                  checked={isChosen(view)}
                  ref={(element) => {
                    if (element) {
                      element.indeterminate = isChosen(view) && !chosen.has(view.name);
                    }
                  }}
                  onChange={() => {
                    onChange({ features: namesOf(wanted.features, view, null) });
                  }}
                />
                <b>{view.name}</b>
                <span className="wb-Faint">{view.entities.join(", ")}</span>
              </label>
              <button
                type="button"
                className="wb-Link"
                aria-expanded={open.has(view.id)}
                onClick={() => {
                  const after = new Set(open);
                  if (!after.delete(view.id)) {
                    after.add(view.id);
                  }
                  setOpen(after);
                }}
              >
                {trans._n("%2 feature", "%2 features", view.features.length, whole(view.features.length, language))}
              </button>
            </div>
            {open.has(view.id) ? (
              <ul>
                {view.features.map((column) => (
                  <li key={column}>
                    <label>
                      <input
                        type="checkbox"
                        checked={chosen.has(view.name) || chosen.has(`${view.name}:${column}`)}
                        onChange={() => {
                          onChange({ features: namesOf(wanted.features, view, column) });
                        }}
                      />
                      {column}
                    </label>
                  </li>
                ))}
              </ul>
            ) : null}
          </li>
        ))}
      </ul>
      {features !== null && found.length === 0 ? (
        <p className="wb-Faint">{trans.__("No view or feature is like that.")}</p>
      ) : null}
      {found.length > LISTED ? (
        <p className="wb-Faint">{trans.__("%1 more; search for them", whole(found.length - LISTED, language))}</p>
      ) : null}
    </fieldset>
  );
}
