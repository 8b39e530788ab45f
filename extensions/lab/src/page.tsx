/** A record's page in the main area: title, facts, actions; pictures, tables; lineage and code last. */

import { ReactWidget } from "@jupyterlab/apputils";
import type { ITranslator } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import { LineageGraph, RunCurves, StatisticsTable } from "@workbench/ui";
import * as React from "react";
import { CodeView } from "./code";
import { datasetTabs } from "./dataset/tabs";
import { viewTabs } from "./features/tabs";
import { Header, type ILoadedProps } from "./header";
import type { PageModel } from "./pageModel";
import { useNow } from "./panel";
import { SchemaEditor } from "./schemaEditor";
import { RecordTable } from "./table";
import { Tabs, type ITab } from "./tabs";
import { CommandIDs } from "./tokens";

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
      <div className="wb-Page-notice wb-Faint" role="status">
        {trans.__("Reading the record")}
      </div>
    );
  }
  return <Loaded page={page} model={model} commands={commands} language={language} />;
}

function Loaded(props: Omit<ILoadedProps, "onOpen">): React.JSX.Element {
  const { page, model, commands, language } = props;
  const { trans } = language;
  const [shown, setShown] = React.useState(page.dataset ? "statistics" : page.view ? "definition" : "overview");
  const [column, setColumn] = React.useState<string | null>(null);
  React.useEffect(() => {
    void model.show(shown);
  }, [model, shown]);
  const onOpen = (id: string): void => {
    void commands.execute(CommandIDs.openRecord, { id });
  };
  const onTab = (tab: string): void => {
    setShown(tab);
  };
  const onColumn = (record: string, name: string): void => {
    if (record === page.id) {
      setColumn(name);
      onTab("lineage");
    } else {
      onOpen(record);
    }
  };
  const all = { ...props, onOpen };
  const code = (
    <>
      <CodeView title={trans.__("Get it")} code={page.code} commands={commands} trans={trans} />
      {page.made_by !== page.code ? (
        <CodeView title={trans.__("Make it")} code={page.made_by} commands={commands} trans={trans} />
      ) : null}
      {page.dataset ? (
        <CodeView
          title={trans.__("Look at it")}
          code={page.dataset.cells.join("\n\n")}
          commands={commands}
          trans={trans}
        />
      ) : null}
    </>
  );
  const tabs: ITab[] = [
    ...(page.dataset
      ? datasetTabs({ ...all, head: page.dataset, onColumn })
      : page.view
        ? viewTabs({ ...all, head: page.view, onColumn })
      : [{ key: "overview", label: trans.__("Overview"), view: () => <Overview {...all} /> }]),
    {
      key: "lineage",
      label: trans.__("Lineage"),
      view: () => <Lineage key={column} {...all} column={column} />,
    },
    { key: "code", label: trans.__("Code"), view: () => code },
  ];
  return (
    <article className="wb-Page-all" aria-label={page.ref}>
      <Header {...all} onTab={onTab} />
      <Tabs tabs={tabs} label={trans.__("Parts of the record")} shown={shown} onShow={onTab} />
    </article>
  );
}

function Overview(props: ILoadedProps): React.JSX.Element {
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
      {page.schema ? (
        <SchemaEditor
          schema={page.schema}
          api={model.api}
          commands={commands}
          language={language}
          onSaved={onOpen}
        />
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

function Lineage(props: ILoadedProps & { column: string | null }): React.JSX.Element {
  const { page, model, commands, language, onOpen, column } = props;
  if (model.lineage === null) {
    return (
      <p className="wb-Page-notice wb-Faint" role="status">
        {language.trans.__("Reading the lineage")}
      </p>
    );
  }
  return (
    <LineageGraph
      data={model.lineage}
      column={column ?? undefined}
      onOpen={onOpen}
      locale={language.locale}
      code={`wb.lineage(${JSON.stringify(`${page.kind}:${page.ref}`)})`}
      onInsertCode={(code) => void commands.execute(CommandIDs.insertText, { code })}
    />
  );
}
