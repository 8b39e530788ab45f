/** The catalogue of features: every view and service, searched and filtered. Of many only those in view are in the document. */

import { ReactWidget } from "@jupyterlab/apputils";
import type { ITranslator } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import * as React from "react";
import { failureOf, type Api } from "../api";
import { startDrag } from "../drag";
import { Glyph } from "../glyphs";
import { useNow } from "../panel";
import { useView } from "../scrolling";
import { CommandIDs, type IFailure, type IFeatureRecord, type IRecords } from "../tokens";
import { absolute, ago, factOf, kindOf, whole, type ILanguage } from "../wording";
import { NOTHING_CHOSEN, chosenOf, filtered, type IFilters } from "./filters";

const ROW = 44;
const SPARE = 8;
/** The least time between two questions to the server. */
const LEAST_PAUSE = 700;

export class CataloguePage extends ReactWidget {
  constructor(
    private readonly api: Api,
    private readonly records: IRecords,
    private readonly commands: CommandRegistry,
    private readonly translator: ITranslator,
  ) {
    super();
    this.addClass("wb-Page");
    this.addClass("wb-Catalogue");
  }

  protected render(): React.JSX.Element {
    return <Catalogue api={this.api} records={this.records} commands={this.commands} translator={this.translator} />;
  }
}

interface IProps {
  api: Api;
  records: IRecords;
  commands: CommandRegistry;
  translator: ITranslator;
}

/** Everything in the catalogue, read again whenever the records change. */
export function useFeatures(
  api: Api,
  records: IRecords,
): { features: readonly IFeatureRecord[] | null; failure: IFailure | null; trouble: string | null } {
  const [trouble, setTrouble] = React.useState<string | null>(null);
  const [features, setFeatures] = React.useState<readonly IFeatureRecord[] | null>(null);
  const [failure, setFailure] = React.useState<IFailure | null>(null);
  React.useEffect(() => {
    let known = "";
    let isCurrent = true;
    let isAsking = false;
    let isNews = false;
    /** One question at a time: thousands of views take a while, and a training run is news twice a second. */
    const read = async (): Promise<void> => {
      if (isAsking) {
        isNews = true;
        return;
      }
      isAsking = true;
      do {
        isNews = false;
        const began = Date.now();
        try {
          const answer = await api.features();
          const text = JSON.stringify(answer.features);
          if (isCurrent && text !== known) {
            known = text;
            setFeatures(answer.features);
          }
          setTrouble(answer.trouble);
          setFailure(null);
        } catch (error) {
          setFailure(failureOf(error));
        }
        const pause = Math.max(LEAST_PAUSE, 2 * (Date.now() - began));
        await new Promise((resolve) => setTimeout(resolve, pause));
      } while (isNews && isCurrent);
      isAsking = false;
    };
    const onChange = (): void => {
      void read();
    };
    onChange();
    records.changed.connect(onChange);
    return () => {
      isCurrent = false;
      records.changed.disconnect(onChange);
    };
  }, [api, records]);
  return { features, failure, trouble };
}

function Catalogue({ api, records, commands, translator }: IProps): React.JSX.Element {
  const trans = translator.load("workbench");
  const language = { trans, locale: translator.languageCode.replace("_", "-"), now: useNow() };
  const { features, failure, trouble } = useFeatures(api, records);
  const [query, setQuery] = React.useState("");
  const [filters, setFilters] = React.useState<IFilters>(NOTHING_CHOSEN);
  const search = React.useRef<HTMLInputElement>(null);
  const found = React.useMemo(() => filtered(features ?? [], query, filters), [features, query, filters]);
  const code = query.trim() ? `%features --search ${JSON.stringify(query.trim())}` : "%features";
  return (
    <article
      className="wb-Catalogue-all"
      aria-label={trans.__("Features")}
      onKeyDown={(event) => {
        if (event.key === "/" && !(event.target instanceof HTMLInputElement)) {
          event.preventDefault();
          search.current?.focus();
        }
      }}
    >
      <header className="wb-Page-header">
        <div className="wb-Page-heading">
          <h1 className="wb-Page-title">{trans.__("Features")}</h1>
          <span className="wb-Faint">
            {features === null ? trans.__("Reading the features") : counted(found, features, language)}
          </span>
          <span className="wb-Spread" />
          <div className="wb-Actions">
            <button
              type="button"
              className="wb-Button"
              onClick={() => void commands.execute(CommandIDs.buildTrainingSet, {})}
            >
              {trans.__("Build training set…")}
            </button>
            <button
              type="button"
              className="wb-Button"
              data-main="true"
              title={code}
              onClick={() => void commands.execute(CommandIDs.insertText, { code })}
            >
              {trans.__("Insert code")}
            </button>
          </div>
        </div>
        {failure ? (
          <p className="wb-Page-error" role="alert">
            {failure.hint ? trans.__("%1: %2", failure.message, failure.hint) : failure.message}
          </p>
        ) : null}
        {trouble ? (
          <p className="wb-Page-error" role="status">
            {trans.__("How fresh they are is not known: %1", trouble)}
          </p>
        ) : null}
      </header>
      <div className="wb-Catalogue-filters">
        <input
          ref={search}
          type="search"
          className="wb-Form-field wb-Catalogue-search"
          placeholder={trans.__("Search views, features and words   /")}
          aria-label={trans.__("Search features")}
          value={query}
          autoFocus
          onChange={(event) => {
            setQuery(event.target.value);
          }}
        />
        <Filter label={trans.__("entity")} name="entity" features={features} filters={filters} onChange={setFilters} language={language} />
        <Filter label={trans.__("owner")} name="owner" features={features} filters={filters} onChange={setFilters} language={language} />
        <Filter label={trans.__("tag")} name="tag" features={features} filters={filters} onChange={setFilters} language={language} />
        <Filter label={trans.__("freshness")} name="freshness" features={features} filters={filters} onChange={setFilters} language={language} />
      </div>
      {features !== null && features.length === 0 ? (
        <Empty commands={commands} language={language} />
      ) : (
        <Rows found={found} commands={commands} language={language} isReady={features !== null} />
      )}
    </article>
  );
}

function counted(found: readonly IFeatureRecord[], all: readonly IFeatureRecord[], language: ILanguage): string {
  const { trans } = language;
  const views = found.filter(({ kind }) => kind !== "feature_service");
  const sum = views.reduce((count, { features }) => count + features.length, 0);
  const services = found.length - views.length;
  return [
    trans._n("%2 view", "%2 views", views.length, whole(views.length, language)),
    trans._n("%2 feature", "%2 features", sum, whole(sum, language)),
    services > 0 ? trans._n("%2 service", "%2 services", services, whole(services, language)) : "",
    found.length < all.length ? trans.__("out of %1", whole(all.length, language)) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** What a word of freshness is called. */
export function freshnessName(word: string, { trans }: Pick<ILanguage, "trans">): string {
  const names: Record<string, () => string> = {
    fresh: () => trans.__("fresh"),
    stale: () => trans.__("too old"),
    never: () => trans.__("not online"),
    static: () => trans.__("static"),
    service: () => trans.__("service"),
    "on demand": () => trans.__("on demand"),
    unknown: () => trans.__("not known"),
  };
  return names[word]?.() ?? word;
}

function Filter(props: {
  label: string;
  name: keyof IFilters;
  features: readonly IFeatureRecord[] | null;
  filters: IFilters;
  onChange: (filters: IFilters) => void;
  language: ILanguage;
}): React.JSX.Element {
  const { label, name, features, filters, onChange, language } = props;
  const choices = React.useMemo(() => chosenOf(features ?? [], name), [features, name]);
  return (
    <label className="wb-Choice">
      <span className="wb-Faint">{label}</span>
      <select
        className="wb-Form-field"
        aria-label={label}
        value={filters[name]}
        onChange={(event) => {
          onChange({ ...filters, [name]: event.target.value });
        }}
      >
        <option value="">{language.trans.__("any")}</option>
        {choices.map(([value, count]) => (
          <option key={value} value={value}>
            {`${name === "freshness" ? freshnessName(value, language) : value} (${whole(count, language)})`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Rows(props: {
  found: readonly IFeatureRecord[];
  commands: CommandRegistry;
  language: ILanguage;
  isReady: boolean;
}): React.JSX.Element {
  const { found, commands, language, isReady } = props;
  const { trans } = language;
  const scroller = React.useRef<HTMLDivElement>(null);
  const [top, height] = useView(scroller);
  const [active, setActive] = React.useState(0);
  const first = Math.max(Math.floor(top / ROW) - SPARE, 0);
  const last = Math.min(Math.ceil((top + height) / ROW) + SPARE, found.length);
  const open = (record: IFeatureRecord | undefined): void => {
    if (record) {
      void commands.execute(CommandIDs.openRecord, { id: record.id });
    }
  };
  const go = (place: number): void => {
    const next = Math.min(Math.max(place, 0), found.length - 1);
    setActive(next);
    const node = scroller.current;
    if (node && next * ROW < node.scrollTop) {
      node.scrollTop = next * ROW;
    } else if (node && (next + 1) * ROW > node.scrollTop + node.clientHeight) {
      node.scrollTop = (next + 1) * ROW - node.clientHeight;
    }
  };
  const place = Math.min(active, found.length - 1);
  return (
    <div
      ref={scroller}
      className="wb-Card wb-Catalogue-rows"
      role="listbox"
      tabIndex={0}
      aria-label={trans.__("Views and services")}
      aria-activedescendant={place >= first && place < last ? `wb-feature-${String(place)}` : undefined}
      onKeyDown={(event) => {
        const page = Math.max(Math.floor((scroller.current?.clientHeight ?? 400) / ROW) - 1, 1);
        const steps: Record<string, number> = {
          ArrowDown: place + 1,
          ArrowUp: place - 1,
          PageDown: place + page,
          PageUp: place - page,
          Home: 0,
          End: found.length - 1,
        };
        const step = steps[event.key];
        if (step !== undefined) {
          event.preventDefault();
          go(step);
        } else if (event.key === "Enter") {
          open(found[place]);
        }
      }}
    >
      <div role="presentation" className="wb-Tree-all" style={{ height: found.length * ROW }}>
        {found.slice(first, last).map((record, index) => (
          <Row
            key={record.id}
            place={first + index}
            all={found.length}
            record={record}
            isActive={first + index === place}
            language={language}
            onOpen={() => {
              setActive(first + index);
              open(record);
            }}
          />
        ))}
      </div>
      {isReady && found.length === 0 ? (
        <p className="wb-Page-notice wb-Faint">{trans.__("No view or service is like that.")}</p>
      ) : null}
    </div>
  );
}

function Row(props: {
  place: number;
  all: number;
  record: IFeatureRecord;
  isActive: boolean;
  language: ILanguage;
  onOpen: () => void;
}): React.JSX.Element {
  const { place, all, record, isActive, language, onOpen } = props;
  const { trans } = language;
  const fact = factOf(record, language);
  return (
    <div
      id={`wb-feature-${String(place)}`}
      className="wb-Feature"
      role="option"
      aria-selected={isActive}
      aria-posinset={place + 1}
      aria-setsize={all}
      aria-label={[kindOf(record.kind, trans), record.ref, record.description, fact, freshnessName(record.freshness, language)].filter(Boolean).join(", ")}
      data-active={isActive}
      style={{ transform: `translateY(${String(place * ROW)}px)` }}
      title={`${record.ref}\n${absolute(record.created_at, language)}`}
      onClick={onOpen}
      onPointerDown={(event) => {
        startDrag(event, record);
      }}
    >
      <Glyph record={record} trans={trans} />
      <span className="wb-Feature-name">
        <span>
          <b>{record.name}</b> <span className="wb-Faint">@{record.version}</span>
        </span>
        <span className="wb-Faint">{record.description || record.features.join(", ")}</span>
      </span>
      <span className="wb-Feature-of">
        {record.entities.join(", ")}
        <span className="wb-Faint">{trans._n("%2 feature", "%2 features", record.features.length, whole(record.features.length, language))}</span>
      </span>
      <span className="wb-Feature-tags">
        {record.tags.map((tag) => (
          <span key={tag} className="wb-Chip">{tag}</span>
        ))}
      </span>
      <span className="wb-Feature-owner wb-Faint">{record.owner}</span>
      <span className="wb-Feature-fact" data-freshness={record.freshness}>
        {record.freshness === "stale" ? `! ${freshnessName("stale", language)}` : fact}
        <span className="wb-Faint">{trans.__("used %1", ago(record.used_at, language))}</span>
      </span>
    </div>
  );
}

/** What would be here, and the line that makes the first. */
function Empty({ commands, language }: { commands: CommandRegistry; language: ILanguage }): React.JSX.Element {
  const { trans } = language;
  const code = [
    'origin = wb.Entity("origin", keys=["origin"])',
    'wb.feature_view(name="weather_hourly", entities=[origin], source="weather")',
  ].join("\n");
  return (
    <section className="wb-Card wb-Page-notice" aria-label={trans.__("No features yet")}>
      <p className="wb-Part-said">
        {trans.__("Here will be what is known of your entities, defined once for training and for serving. These lines define the first.")}
      </p>
      <pre className="wb-Empty-code">{code}</pre>
      <button type="button" className="wb-Button" onClick={() => void commands.execute(CommandIDs.insertText, { code })}>
        {trans.__("Insert code")}
      </button>
    </section>
  );
}
