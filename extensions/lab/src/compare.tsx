/** An experiment's runs side by side: one table, best first, with what they tried and how they did. */

import { ReactWidget } from "@jupyterlab/apputils";
import type { ITranslator } from "@jupyterlab/translation";
import type { CommandRegistry } from "@lumino/commands";
import type { CurveData } from "@workbench/ui";
import * as React from "react";
import { failureOf, type Api } from "./api";
import { Overlay, strokeOf } from "./overlay";
import { useNow } from "./panel";
import { RecordTable } from "./table";
import {
  CommandIDs,
  type IComparedRun,
  type IExperiment,
  type IFailure,
  type IRecords,
  type ITable,
} from "./tokens";
import { shortMetric, type ILanguage } from "./wording";

/** Runs drawn over one another; more would be a thicket. */
const OVERLAID = 8;

export class ExperimentPage extends ReactWidget {
  constructor(
    readonly experiment: string,
    private readonly api: Api,
    private readonly records: IRecords,
    private readonly commands: CommandRegistry,
    private readonly translator: ITranslator,
  ) {
    super();
    this.addClass("wb-Page");
  }

  protected render(): React.JSX.Element {
    return (
      <Compare
        experiment={this.experiment}
        api={this.api}
        records={this.records}
        commands={this.commands}
        translator={this.translator}
      />
    );
  }
}

interface ICompareProps {
  experiment: string;
  api: Api;
  records: IRecords;
  commands: CommandRegistry;
  translator: ITranslator;
}

function Compare(props: ICompareProps): React.JSX.Element {
  const { experiment, api, records, commands, translator } = props;
  const trans = translator.load("workbench");
  const language = { trans, locale: translator.languageCode.replace("_", "-"), now: useNow() };
  const [found, setFound] = React.useState<IExperiment | null>(null);
  const [failure, setFailure] = React.useState<IFailure | null>(null);
  React.useEffect(() => {
    const read = (): void => {
      api.experiment(experiment).then(
        (answer) => {
          setFound(answer);
          setFailure(null);
        },
        (error: unknown) => {
          setFailure(failureOf(error));
        },
      );
    };
    read();
    records.changed.connect(read);
    return () => {
      records.changed.disconnect(read);
    };
  }, [api, experiment, records]);
  const curves = useCurves(api, found);
  const keys = overlaid(curves, found?.metric ?? null);
  const code = `wb.runs(${JSON.stringify(experiment)}).to_pandas()`;
  return (
    <article className="wb-Page-all" aria-label={experiment}>
      <header className="wb-Page-header">
        <div className="wb-Page-heading">
          <h1 className="wb-Page-title">{experiment}</h1>
          <span className="wb-Chip">{trans.__("experiment")}</span>
          <span className="wb-Spread" />
          <button
            type="button"
            className="wb-Button"
            data-main="true"
            onClick={() => void commands.execute(CommandIDs.insertText, { code })}
          >
            {trans.__("Insert code")}
          </button>
        </div>
        <p className="wb-Page-facts">
          {found ? trans._n("%1 run", "%1 runs", found.runs.length) : trans.__("Reading the runs")}
        </p>
        {failure ? (
          <p className="wb-Page-error" role="alert">
            {failure.message}
          </p>
        ) : null}
      </header>
      <div className="wb-Overlays">
        {keys.map((key) => (
          <Overlay key={key} metric={key} curves={curves} language={language} />
        ))}
      </div>
      {found && found.runs.length > 0 ? (
        <RecordTable
          table={tableOf(found, language)}
          language={language}
          onOpen={(id) => void commands.execute(CommandIDs.openRecord, { id })}
        />
      ) : null}
    </article>
  );
}

/** The curves of the first runs; those that ended are read once. */
function useCurves(api: Api, found: IExperiment | null): readonly CurveData[] {
  const [curves, setCurves] = React.useState<readonly CurveData[]>([]);
  const known = React.useRef(new Map<string, CurveData>());
  React.useEffect(() => {
    let isCurrent = true;
    const read = async (run: IComparedRun): Promise<CurveData> => {
      const before = known.current.get(run.id);
      if (before && before.run.state !== "running") {
        return before;
      }
      const fresh = await api.curves(run.id);
      known.current.set(run.id, fresh);
      return fresh;
    };
    Promise.all((found?.runs ?? []).slice(0, OVERLAID).map(read)).then(
      (all) => {
        if (isCurrent) {
          setCurves(all);
        }
      },
      () => undefined, // the page says already that the server does not answer
    );
    return () => {
      isCurrent = false;
    };
  }, [api, found]);
  return curves;
}

/** The curves worth a picture: the metric that says most, then those that most runs have. */
function overlaid(curves: readonly CurveData[], metric: string | null): string[] {
  const counts = new Map<string, number>();
  for (const { key } of curves.flatMap((each) => each.series.filter(({ points }) => points.length > 1))) {
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts.keys()]
    .sort(
      (one, other) =>
        Number(other === metric) - Number(one === metric) ||
        (counts.get(other) ?? 0) - (counts.get(one) ?? 0),
    )
    .slice(0, 2);
}

/** One row a run; the metric that says most comes first. */
export function tableOf(found: IExperiment, { trans }: ILanguage): ITable {
  const metrics = new Set(found.runs.flatMap((run) => Object.keys(run.facts.metrics ?? {})));
  const keys = [...metrics].sort(
    (one, other) => Number(other === found.metric) - Number(one === found.metric) || one.localeCompare(other),
  );
  const params = [...new Set(found.runs.flatMap((run) => Object.keys(run.params)))].sort();
  const number = (name: string, format = "number"): ITable["columns"][number] => ({
    name,
    format,
    unit: null,
    align: "right",
  });
  return {
    title: trans.__("Runs"),
    columns: [
      { name: trans.__("run"), format: "text", unit: null, align: "left" },
      { name: trans.__("state"), format: "state", unit: null, align: "left" },
      ...keys.map((key) => number(key === found.metric ? shortMetric(key) : key)),
      ...params.map((param) => number(param, "plain")),
      { name: trans.__("data"), format: "text", unit: null, align: "left" },
      { name: trans.__("took"), format: "seconds", unit: null, align: "right" },
      { name: trans.__("why"), format: "text", unit: null, align: "left" },
    ],
    rows: found.runs.map((run, place) => [
      {
        text: run.name,
        record: run.id,
        ...(place < OVERLAID && run.state !== "failed" ? { stroke: strokeOf(place).stroke } : {}),
      },
      run.state,
      ...keys.map((key) => run.facts.metrics?.[key] ?? null),
      ...params.map((param) => asNumber(run.params[param])),
      run.data.join(", "),
      run.facts.took ?? null,
      run.facts.error ?? "",
    ]),
  };
}

function asNumber(text: string | undefined): number | string | null {
  if (text === undefined) {
    return null;
  }
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? text : value;
}
