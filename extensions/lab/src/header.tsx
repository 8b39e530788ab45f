/** The head of a record's page: title, chips, facts in one sentence, and what can be done. */

import type { CommandRegistry } from "@lumino/commands";
import { copyText } from "@workbench/ui";
import * as React from "react";
import { AliasForm } from "./alias";
import type { Page } from "./api";
import { ComparePanel } from "./dataset/compare";
import { Glyph } from "./glyphs";
import type { PageModel } from "./pageModel";
import { CommandIDs } from "./tokens";
import { absolute, factsOf, kindOf, stateName, type ILanguage } from "./wording";

export interface ILoadedProps {
  page: Page;
  model: PageModel;
  commands: CommandRegistry;
  language: ILanguage;
  /** Opens the page of another record. */
  onOpen: (id: string) => void;
}

/** What is open under the head. */
type Form = "alias" | "compare";

export function Header(props: ILoadedProps & { onTab: (tab: string) => void }): React.JSX.Element {
  const { page, model, commands, language } = props;
  const { trans } = language;
  const [form, setForm] = React.useState<Form | null>(null);
  const header = React.useRef<HTMLElement>(null);
  const done = (): void => {
    header.current?.querySelector<HTMLElement>('[aria-expanded="true"]')?.focus();
    setForm(null);
  };
  return (
    <header ref={header} className="wb-Page-header">
      <div className="wb-Page-heading">
        <h1 className="wb-Page-title">
          <Glyph record={page} trans={trans} /> {page.title}
          {page.version === null || page.title !== page.name ? null : <span className="wb-Faint">@{page.version}</span>}
        </h1>
        <Chips {...props} />
        <span className="wb-Spread" />
        <Actions
          {...props}
          form={form}
          onForm={(wanted) => {
            setForm(form === wanted ? null : wanted);
          }}
        />
      </div>
      <Facts {...props} />
      {page.description ? <p className="wb-Page-description">{page.description}</p> : null}
      {page.error ? (
        <p className="wb-Page-error">
          <span aria-hidden="true">✕ </span>
          {page.error}
        </p>
      ) : null}
      {model.failure ? (
        <p className="wb-Page-error" role="alert">
          {trans.__("This page may be out of date: %1", model.failure.message)}
        </p>
      ) : null}
      {form === "alias" ? (
        <AliasForm page={page} model={model} commands={commands} trans={trans} onDone={done} />
      ) : null}
      {form === "compare" ? <ComparePanel {...props} onDone={done} /> : null}
    </header>
  );
}

function Chips(props: ILoadedProps & { onTab: (tab: string) => void }): React.JSX.Element {
  const { page, language, onTab } = props;
  const { trans } = language;
  const validated = page.dataset?.validated;
  return (
    <>
      <span className="wb-Chip">{kindOf(page.kind, trans)}</span>
      <span className="wb-Chip" data-state={page.state}>
        {stateName(page.state, trans)}
      </span>
      {validated ? (
        <button
          type="button"
          className="wb-Chip"
          data-state={validated.count === 0 ? "passed" : "alert"}
          title={absolute(validated.made, language)}
          onClick={() => {
            onTab("anomalies");
          }}
        >
          {validated.count === 0 ? (
            <>
              <span aria-hidden="true">✓ </span>
              {trans.__("no anomalies")}
            </>
          ) : (
            <>
              <span aria-hidden="true">! </span>
              {trans._n("%1 anomaly", "%1 anomalies", validated.count)}
            </>
          )}
        </button>
      ) : null}
      {page.chips.map((chip) => (
        <span key={chip} className="wb-Chip" data-role={page.view?.tags.includes(chip) ? "tag" : "alias"}>
          {chip}
        </span>
      ))}
    </>
  );
}

function Facts({ page, language, onOpen }: ILoadedProps): React.JSX.Element {
  const step = page.dataset?.step;
  const inside = step?.in;
  return (
    <p className="wb-Page-facts" title={absolute(page.created_at, language)}>
      {factsOf(page, language, step?.kind).join(" · ")}
      {inside ? (
        <>
          {" · "}
          {kindOf(inside.kind, language.trans)}{" "}
          <button
            type="button"
            className="wb-Link"
            onClick={() => {
              onOpen(inside.record);
            }}
          >
            {inside.text}
          </button>
        </>
      ) : null}
    </p>
  );
}

function Actions(
  props: ILoadedProps & { form: Form | null; onForm: (wanted: Form) => void },
): React.JSX.Element {
  const { page, model, commands, language, form, onForm } = props;
  const { trans } = language;
  const { url, schedule, experiment } = page.facts;
  const [started, setStarted] = React.useState(false);
  const opener = (wanted: Form, label: string): React.JSX.Element => (
    <button
      type="button"
      className="wb-Button"
      aria-expanded={form === wanted}
      onClick={() => {
        onForm(wanted);
      }}
    >
      {label}
    </button>
  );
  return (
    <div className="wb-Actions">
      {page.kind === "run" && experiment ? (
        <button
          type="button"
          className="wb-Button"
          onClick={() => void commands.execute(CommandIDs.openExperiment, { experiment })}
        >
          {trans.__("Compare runs")}
        </button>
      ) : null}
      {page.dataset?.previous ? opener("compare", trans.__("Compare with…")) : null}
      {page.kind === "dataset" ? opener("alias", trans.__("Tag…")) : null}
      {page.kind === "model" ? opener("alias", trans.__("Set alias")) : null}
      {schedule ? (
        <button
          type="button"
          className="wb-Button"
          disabled={started}
          onClick={() => {
            setStarted(true);
            void model.api.runSchedule(schedule).finally(() => {
              setTimeout(() => { setStarted(false); }, 2_000);
            });
          }}
        >
          {started ? trans.__("Started") : trans.__("Run now")}
        </button>
      ) : null}
      {url ? (
        <button
          type="button"
          className="wb-Button"
          onClick={() => void copyText(url)}
        >
          {trans.__("Copy URL")}
        </button>
      ) : null}
      {page.kind === "dashboard" && url ? (
        <a className="wb-Button" href={url} target="_blank" rel="noopener noreferrer">
          {trans.__("Open dashboard")}
        </a>
      ) : null}
      {page.view ? (
        <>
          <button
            type="button"
            className="wb-Button"
            onClick={() => void commands.execute(CommandIDs.buildTrainingSet, { features: [page.name] })}
          >
            {trans.__("Build training set…")}
          </button>
          {page.view.carry === null ? null : (
            <button
              type="button"
              className="wb-Button"
              title={page.view.carry}
              onClick={() => void commands.execute(CommandIDs.insertText, { code: page.view?.carry ?? "" })}
            >
              {trans.__("Materialize")}
            </button>
          )}
        </>
      ) : null}
      {page.kind === "dataset" ? (
        <button
          type="button"
          className="wb-Button"
          onClick={() => void commands.execute(CommandIDs.buildTrainingSet, { spine: page.ref })}
        >
          {trans.__("Join features…")}
        </button>
      ) : null}
      {page.dataset ? (
        <button
          type="button"
          className="wb-Button"
          title={page.dataset.cells.join("\n\n")}
          onClick={() => void commands.execute(CommandIDs.openNotebook, { id: page.id })}
        >
          {trans.__("Open in notebook")}
        </button>
      ) : null}
      <button
        type="button"
        className="wb-Button"
        data-main="true"
        title={page.code}
        onClick={() => void commands.execute(CommandIDs.insertText, { code: page.code })}
      >
        {trans.__("Insert code")}
      </button>
    </div>
  );
}
