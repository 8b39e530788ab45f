/** A record's page in the main area: title, facts, actions; pictures, tables; lineage and code last. */

import { ReactWidget } from "@jupyterlab/apputils";
import type { ITranslator } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import { LineageGraph, RunCurves, StatisticsTable } from "@workbench/ui";
import * as React from "react";
import type { Page } from "./api";
import { AliasForm } from "./alias";
import { CodeView } from "./code";
import { Glyph } from "./glyphs";
import type { PageModel } from "./pageModel";
import { useNow } from "./panel";
import { RecordTable } from "./table";
import { Tabs } from "./tabs";
import { CommandIDs } from "./tokens";
import { absolute, factsOf, kindOf, stateName, type ILanguage } from "./wording";

export class RecordPage extends ReactWidget {
  constructor(
    readonly model: PageModel,
    private readonly commands: CommandRegistry,
    private readonly translator: ITranslator,
  ) {
    super();
    this.addClass("wb-Page");
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected render(): React.JSX.Element {
    return <PageView model={this.model} commands={this.commands} translator={this.translator} />;
  }
}

interface IViewProps {
  model: PageModel;
  commands: CommandRegistry;
  translator: ITranslator;
}

function PageView(props: IViewProps): React.JSX.Element {
  const { model, commands, translator } = props;
  const trans = translator.load("workbench");
  const [, setTick] = React.useState(0);
  React.useEffect(() => {
    const onChange = (): void => {
      setTick((tick) => tick + 1);
    };
    model.changed.connect(onChange);
    onChange();
    return () => {
      model.changed.disconnect(onChange);
    };
  }, [model]);
  const language = { trans, locale: translator.languageCode.replace("_", "-"), now: useNow() };
  const { page } = model;
  if (page === null) {
    return model.failure ? (
      <div className="wb-Page-notice" role="alert">
        <h1 className="wb-Page-title">{trans.__("This record cannot be shown.")}</h1>
        <p>{model.failure.message}</p>
        {model.failure.hint ? <p className="wb-Faint">{model.failure.hint}</p> : null}
        <button type="button" className="wb-Button" onClick={() => void model.refresh()}>
          {trans.__("Try again")}
        </button>
      </div>
    ) : (
      <div className="wb-Page-notice wb-Faint">{trans.__("Reading the record")}</div>
    );
  }
  return <Loaded page={page} model={model} commands={commands} language={language} />;
}

interface ILoadedProps {
  page: Page;
  model: PageModel;
  commands: CommandRegistry;
  language: ILanguage;
}

function Loaded(props: ILoadedProps): React.JSX.Element {
  const { page, model, commands, language } = props;
  const { trans } = language;
  const open = (id: string): void => {
    void commands.execute(CommandIDs.openRecord, { id });
  };
  const tabs = [
    { key: "overview", label: trans.__("Overview"), view: () => <Overview {...props} onOpen={open} /> },
    { key: "lineage", label: trans.__("Lineage"), view: () => <Lineage {...props} onOpen={open} /> },
    {
      key: "code",
      label: trans.__("Code"),
      view: () => (
        <>
          <CodeView title={trans.__("Get it")} code={page.code} commands={commands} trans={trans} />
          {page.made_by !== page.code ? (
            <CodeView title={trans.__("Make it")} code={page.made_by} commands={commands} trans={trans} />
          ) : null}
        </>
      ),
    },
  ];
  return (
    <article className="wb-Page-all" aria-label={page.ref}>
      <Header {...props} />
      <Tabs
        tabs={tabs}
        label={trans.__("Parts of the record")}
        onShow={(key) => {
          if (key === "lineage") {
            void model.showLineage();
          }
        }}
      />
    </article>
  );
}

function Header(props: ILoadedProps): React.JSX.Element {
  const { page, model, commands, language } = props;
  const { trans } = language;
  const [isNaming, setNaming] = React.useState(false);
  return (
    <header className="wb-Page-header">
      <div className="wb-Page-heading">
        <h1 className="wb-Page-title">
          <Glyph record={page} trans={trans} /> {page.title}
          {page.version === null || page.title !== page.name ? null : <span className="wb-Faint">@{page.version}</span>}
        </h1>
        <span className="wb-Chip">{kindOf(page.kind, trans)}</span>
        <span className="wb-Chip" data-state={page.state}>
          {stateName(page.state, trans)}
        </span>
        {page.chips.map((chip) => (
          <span key={chip} className="wb-Chip" data-role="alias">
            {chip}
          </span>
        ))}
        <span className="wb-Spread" />
        <Actions {...props} onName={() => { setNaming(!isNaming); }} isNaming={isNaming} />
      </div>
      <p className="wb-Page-facts" title={absolute(page.created_at, language)}>
        {factsOf(page, language).join(" · ")}
      </p>
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
      {isNaming ? (
        <AliasForm
          page={page}
          model={model}
          commands={commands}
          trans={trans}
          onDone={() => { setNaming(false); }}
        />
      ) : null}
    </header>
  );
}

function Actions(props: ILoadedProps & { onName: () => void; isNaming: boolean }): React.JSX.Element {
  const { page, model, commands, language, onName, isNaming } = props;
  const { trans } = language;
  const { url, schedule, experiment } = page.facts;
  const [started, setStarted] = React.useState(false);
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
      {page.kind === "model" ? (
        <button type="button" className="wb-Button" aria-expanded={isNaming} onClick={onName}>
          {trans.__("Set alias")}
        </button>
      ) : null}
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
          onClick={() => void navigator.clipboard.writeText(url)}
        >
          {trans.__("Copy URL")}
        </button>
      ) : null}
      {page.kind === "dashboard" && url ? (
        <a className="wb-Button" href={url} target="_blank" rel="noopener noreferrer">
          {trans.__("Open dashboard")}
        </a>
      ) : null}
      <button
        type="button"
        className="wb-Button"
        data-main="true"
        onClick={() => void commands.execute(CommandIDs.insertText, { code: page.code })}
      >
        {trans.__("Insert code")}
      </button>
    </div>
  );
}

function Overview(props: ILoadedProps & { onOpen: (id: string) => void }): React.JSX.Element {
  const { page, model, commands, language, onOpen } = props;
  const { trans } = language;
  const insert = (code: string): void => {
    void commands.execute(CommandIDs.insertText, { code });
  };
  const isBare =
    page.pictures.length === 0 && page.tables.length === 0 && !page.statistics && !page.curves?.series.length;
  return (
    <>
      {page.curves && page.curves.series.length > 0 ? (
        <RunCurves data={page.curves} locale={language.locale} />
      ) : null}
      {page.pictures.length > 0 ? (
        <div className="wb-Pictures">
          {page.pictures.map((picture) => (
            <figure key={picture.url} className="wb-Card wb-Picture">
              <a href={model.api.url(picture.url)} target="_blank" rel="noopener" title={trans.__("Open in full size")}>
                <img srcSet={`${model.api.url(picture.url)} ${String(picture.scale)}x`} alt={picture.alt} />
              </a>
              <figcaption className="wb-Faint">{picture.title}</figcaption>
            </figure>
          ))}
        </div>
      ) : null}
      {page.statistics ? (
        <StatisticsTable
          data={page.statistics}
          locale={language.locale}
          code={page.statistics_code ?? undefined}
          onInsertCode={insert}
        />
      ) : null}
      {page.statistics_code && !page.statistics ? (
        <CodeView
          title={trans.__("No statistics yet; this line computes them")}
          code={page.statistics_code}
          commands={commands}
          trans={trans}
        />
      ) : null}
      <div className="wb-Tables">
        {page.tables.map((table) => (
          <RecordTable key={table.title} table={table} language={language} onOpen={onOpen} />
        ))}
      </div>
      {isBare && !page.statistics_code ? (
        <p className="wb-Page-notice wb-Faint">{trans.__("Nothing more is recorded of it.")}</p>
      ) : null}
    </>
  );
}

function Lineage(props: ILoadedProps & { onOpen: (id: string) => void }): React.JSX.Element {
  const { page, model, commands, language, onOpen } = props;
  if (model.lineage === null) {
    return <p className="wb-Page-notice wb-Faint">{language.trans.__("Reading the lineage")}</p>;
  }
  return (
    <LineageGraph
      data={model.lineage}
      onOpen={onOpen}
      locale={language.locale}
      code={`wb.lineage(${JSON.stringify(`${page.kind}:${page.ref}`)})`}
      onInsertCode={(code) => void commands.execute(CommandIDs.insertText, { code })}
    />
  );
}
