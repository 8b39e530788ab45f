/** The left panel: one list of what exists. Only the rows in view are in the document. */

import { ReactWidget } from "@jupyterlab/apputils";
import type { ITranslator } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import type { Message } from "@lumino/messaging";
import * as React from "react";
import { startDrag } from "./drag";
import { Glyph } from "./glyphs";
import { workbenchIcon } from "./icons";
import { group, rowsOf, search, type RecordsModel, type Row } from "./model";
import { useView } from "./scrolling";
import { CommandIDs, type IRecord } from "./tokens";
import { absolute, factOf, kindName, kindOf, stateName, whole, type ILanguage } from "./wording";

const ROW = 27;
/** Rows kept ready above and below what is seen. */
const SPARE = 12;
/** Kinds of which people name the version; of the rest the newest is meant. */
const VERSIONED = new Set(["dataset", "model"]);
/** How often relative times are worded anew. */
const MINUTE = 60_000;

export class RecordsPanel extends ReactWidget {
  private searchBox = React.createRef<HTMLInputElement>();

  constructor(
    private readonly model: RecordsModel,
    private readonly commands: CommandRegistry,
    private readonly translator: ITranslator,
  ) {
    super();
    const trans = translator.load("workbench");
    this.id = "workbench-records";
    this.addClass("wb-Panel");
    this.title.icon = workbenchIcon;
    this.title.caption = trans.__("Workbench records");
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", trans.__("Workbench records"));
  }

  /** The record that a command from the context menu is about. */
  selected: IRecord | null = null;

  focusSearch(): void {
    this.searchBox.current?.focus();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.focusSearch();
  }

  protected render(): React.JSX.Element {
    return (
      <Panel
        model={this.model}
        commands={this.commands}
        translator={this.translator}
        searchBox={this.searchBox}
        onSelect={(record) => {
          this.selected = record;
        }}
      />
    );
  }
}

interface IPanelProps {
  model: RecordsModel;
  commands: CommandRegistry;
  translator: ITranslator;
  searchBox: React.RefObject<HTMLInputElement>;
  onSelect: (record: IRecord | null) => void;
}

function Panel(props: IPanelProps): React.JSX.Element {
  const { model, commands, translator, searchBox, onSelect } = props;
  const trans = translator.load("workbench");
  const records = useRecords(model);
  const now = useNow();
  const language = { trans, locale: translator.languageCode.replace("_", "-"), now };
  const [query, setQuery] = React.useState("");
  const [closed, setClosed] = React.useState<ReadonlySet<string>>(new Set());
  const [activeKey, setActiveKey] = React.useState<string | null>(null);
  const tree = React.useRef<HTMLDivElement>(null);

  const rows = React.useMemo(
    () => rowsOf(group(search(records, query)), query ? new Set() : closed),
    [records, query, closed],
  );
  const active = Math.max(
    rows.findIndex((row) => row.key === activeKey),
    0,
  );

  const activate = (index: number): void => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (row) {
      setActiveKey(row.key);
      onSelect(row.type === "record" ? row.record : null);
      scrollTo(tree.current, rows.indexOf(row));
    }
  };
  const open = (row: Row | undefined): void => {
    if (row?.type === "record") {
      void commands.execute(CommandIDs.openRecord, { id: row.record.id });
    } else if (row) {
      toggle(row.group.key);
    }
  };
  const openCatalogue = (): void => {
    void commands.execute(CommandIDs.openFeatures);
  };
  const toggle = (key: string): void => {
    setClosed((before) => {
      const after = new Set(before);
      if (!after.delete(key)) {
        after.add(key);
      }
      return after;
    });
  };
  const close = (row: Row | undefined, wanted: boolean): void => {
    if (row?.type === "group" && row.isOpen !== !wanted) {
      toggle(row.group.key);
    } else if (row?.type === "record" && wanted) {
      activate(rows.findLastIndex((each, index) => index < active && each.type === "group"));
    }
  };

  const page = Math.max(Math.floor((tree.current?.clientHeight ?? 270) / ROW) - 1, 1);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const row = rows[active];
    const keys: Record<string, () => void> = {
      ArrowDown: () => {
        activate(active + 1);
      },
      ArrowUp: () => {
        activate(active - 1);
      },
      PageDown: () => {
        activate(active + page);
      },
      PageUp: () => {
        activate(active - page);
      },
      Home: () => {
        activate(0);
      },
      End: () => {
        activate(rows.length - 1);
      },
      ArrowLeft: () => {
        close(row, true);
      },
      ArrowRight: () => {
        close(row, false);
      },
      Enter: () => {
        if (event.shiftKey && row?.type === "group" && row.group.kind === "feature_view") {
          openCatalogue();
        } else {
          open(row);
        }
      },
      "/": () => searchBox.current?.focus(),
    };
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  };

  return (
    <>
      <div className="wb-Search">
        <input
          ref={searchBox}
          type="search"
          className="wb-Search-input"
          placeholder={trans.__("Search records   /")}
          aria-label={trans.__("Search records")}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" || event.key === "Enter") {
              event.preventDefault();
              const first = rows.findIndex((row) => row.type === "record");
              if (event.key === "Enter") {
                open(rows[first]);
              } else {
                tree.current?.focus();
                activate(first);
              }
            } else if (event.key === "Escape" && query) {
              event.stopPropagation();
              setQuery("");
            }
          }}
        />
      </div>
      {rows.length > 0 ? (
        <Tree
          rows={rows}
          active={active}
          current={model.current}
          language={language}
          tree={tree}
          onKeyDown={onKeyDown}
          onPick={(index) => {
            activate(index);
            open(rows[index]);
          }}
          onPoint={activate}
          onCatalogue={openCatalogue}
        />
      ) : (
        <Nothing model={model} query={query} commands={commands} language={language} />
      )}
    </>
  );
}

interface ITreeProps {
  rows: readonly Row[];
  active: number;
  current: string | null;
  language: ILanguage;
  tree: React.RefObject<HTMLDivElement>;
  onKeyDown: (event: React.KeyboardEvent) => void;
  onPick: (index: number) => void;
  onPoint: (index: number) => void;
  onCatalogue: () => void;
}

function Tree(props: ITreeProps): React.JSX.Element {
  const { rows, active, current, language, tree, onKeyDown, onPick, onPoint, onCatalogue } = props;
  const [top, height] = useView(tree);
  const first = Math.max(Math.floor(top / ROW) - SPARE, 0);
  const last = Math.min(Math.ceil((top + height) / ROW) + SPARE, rows.length);
  const activeRow = rows[active];
  return (
    <div
      ref={tree}
      className="wb-Tree"
      role="tree"
      tabIndex={0}
      aria-label={language.trans.__("Records")}
      aria-activedescendant={
        active >= first && active < last && activeRow ? rowId(activeRow) : undefined
      }
      onKeyDown={onKeyDown}
    >
      <div className="wb-Tree-all" role="presentation" style={{ height: rows.length * ROW }}>
        {rows.slice(first, last).map((row, index) => (
          <div
            key={row.key}
            className="wb-Tree-place"
            role="presentation"
            style={{ transform: `translateY(${(first + index) * ROW}px)` }}
            onClick={() => {
              onPick(first + index);
            }}
            onContextMenu={() => {
              onPoint(first + index);
            }}
          >
            {row.type === "group" ? (
              <Heading
                row={row}
                isActive={first + index === active}
                language={language}
                onCatalogue={row.group.kind === "feature_view" ? onCatalogue : undefined}
              />
            ) : (
              <Entry
                row={row}
                isActive={first + index === active}
                isCurrent={row.record.id === current}
                language={language}
              />
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function Heading(props: {
  row: Extract<Row, { type: "group" }>;
  isActive: boolean;
  language: ILanguage;
  /** Opens the page that lists all of a kind, where there is one. */
  onCatalogue?: (() => void) | undefined;
}): React.JSX.Element {
  const { row, isActive, language, onCatalogue } = props;
  const name = kindName(row.group.kind, language.trans);
  const { experiment } = row.group;
  return (
    <div
      id={rowId(row)}
      className="wb-Heading"
      role="treeitem"
      aria-level={1}
      aria-expanded={row.isOpen}
      aria-selected={isActive}
      data-active={isActive}
      data-kind={row.group.kind}
      title={onCatalogue ? language.trans.__("Shift Enter opens the catalogue") : undefined}
    >
      <span className="wb-Heading-mark" aria-hidden="true">
        {row.isOpen ? "▾" : "▸"}
      </span>
      <span className="wb-Heading-name">
        {experiment === null ? name : language.trans.__("%1 · %2", name, experiment)}
        {onCatalogue ? (
          <span
            className="wb-Heading-more"
            aria-hidden="true"
            onClick={(event) => {
              event.stopPropagation();
              onCatalogue();
            }}
          >
            {language.trans.__("catalogue")}
          </span>
        ) : null}
      </span>
      <span className="wb-Faint">{whole(row.group.records.length, language)}</span>
    </div>
  );
}

function Entry(props: {
  row: Extract<Row, { type: "record" }>;
  isActive: boolean;
  isCurrent: boolean;
  language: ILanguage;
}): React.JSX.Element {
  const { row, isActive, isCurrent, language } = props;
  const { record } = row;
  const fact = factOf(record, language);
  const spoken = [kindOf(record.kind, language.trans), record.title, fact];
  return (
    <div
      id={rowId(row)}
      className="wb-Row"
      role="treeitem"
      aria-level={2}
      aria-posinset={row.place}
      aria-setsize={row.of}
      aria-selected={isActive}
      aria-label={spoken.join(", ")}
      aria-current={isCurrent ? "page" : undefined}
      data-active={isActive}
      data-state={record.state}
      data-id={record.id}
      title={[
        record.version === null ? record.title : record.ref,
        fact,
        stateName(record.state, language.trans),
        absolute(record.created_at, language),
      ].join("\n")}
      onPointerDown={(event) => {
        startDrag(event, record);
      }}
    >
      <Glyph record={record} trans={language.trans} />
      <span className="wb-Row-name">
        <span className="wb-Row-title">{record.title}</span>
        {VERSIONED.has(record.kind) && record.version !== null ? (
          <span className="wb-Faint">{` @${record.version}`}</span>
        ) : null}
      </span>
      <span className="wb-Row-fact">{fact}</span>
    </div>
  );
}

/** What an empty list says: why it is empty, and what to do. */
function Nothing(props: {
  model: RecordsModel;
  query: string;
  commands: CommandRegistry;
  language: ILanguage;
}): React.JSX.Element {
  const { model, query, commands, language } = props;
  const { trans } = language;
  if (model.failure) {
    return (
      <div className="wb-Empty" role="alert">
        <p>{trans.__("The records could not be read.")}</p>
        <p className="wb-Faint">{model.failure.message}</p>
        {model.failure.hint ? <p className="wb-Faint">{model.failure.hint}</p> : null}
        <button type="button" className="wb-Button" onClick={() => void model.refresh()}>
          {trans.__("Try again")}
        </button>
      </div>
    );
  }
  if (!model.isReady) {
    return <div className="wb-Empty wb-Faint">{trans.__("Reading the records")}</div>;
  }
  if (query) {
    return <div className="wb-Empty">{trans.__("No record matches “%1”.", query)}</div>;
  }
  const code = 'wb.ingest("flights.csv", name="flights")';
  return (
    <div className="wb-Empty">
      <p>
        {trans.__(
          "Here will be what you make: datasets, features, runs, models, deployments, jobs, dashboards and alerts. This line makes the first.",
        )}
      </p>
      <pre className="wb-Empty-code">{code}</pre>
      <div className="wb-Actions">
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
          onClick={() => void commands.execute(CommandIDs.openQuickstart)}
        >
          {trans.__("Open quickstart")}
        </button>
      </div>
    </div>
  );
}

export function useRecords(model: RecordsModel): readonly IRecord[] {
  const [, setTick] = React.useState(0);
  React.useEffect(() => {
    const onChange = (): void => {
      setTick((tick) => tick + 1);
    };
    model.changed.connect(onChange);
    return () => {
      model.changed.disconnect(onChange);
    };
  }, [model]);
  return model.records;
}

/** The time, once a minute, so that "4 min ago" goes on. */
export function useNow(): number {
  const [now, setNow] = React.useState(Date.now());
  React.useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, MINUTE);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
}

function scrollTo(tree: HTMLElement | null, index: number): void {
  if (!tree) {
    return;
  }
  if (index * ROW < tree.scrollTop) {
    tree.scrollTop = index * ROW;
  } else if ((index + 1) * ROW > tree.scrollTop + tree.clientHeight) {
    tree.scrollTop = (index + 1) * ROW - tree.clientHeight;
  }
}

function rowId(row: Row): string {
  return `wb-${row.key.replace(/[^\w-]/g, "_")}`;
}
