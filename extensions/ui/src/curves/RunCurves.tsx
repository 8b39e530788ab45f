/** A run as it goes: state, progress, time left, curves; Stop and Open where the host can. */

import { useEffect, useMemo, useRef, useState, type JSX } from "react";
import type { CurveData, Progress } from "../data.js";
import { formatCount, formatDuration, formatNumber } from "../format.js";
import { Frame } from "../Frame.js";
import { StateGlyph } from "../StateGlyph.js";
import { languageOf, type HostProps, type Language } from "../text.js";
import { Chart } from "./Chart.js";
import { groupSeries } from "./scale.js";

export interface RunCurvesProps extends HostProps {
  data: CurveData;
  onStop?: (() => void) | undefined;
  onOpen?: ((id: string) => void) | undefined;
  /** The height of one picture, in pixels. */
  height?: number | undefined;
}

export function RunCurves(props: RunCurvesProps): JSX.Element {
  const { data, onStop, onOpen, height = 150 } = props;
  const { run, series } = data;
  const language = languageOf(props);
  const { t, locale } = language;
  const [smoothing, setSmoothing] = useState(0);
  const [asTable, setAsTable] = useState(false);
  const [stopping, setStopping] = useState(false);
  const groups = useMemo(() => groupSeries(series), [series]);
  const isRunning = run.state === "running";
  const rate = useRate(run.progress, isRunning);
  return (
    <Frame label={run.name} className="wbu-Run">
      <header className="wbu-Head">
        <StateGlyph state={run.state} word={!isRunning} t={t} locale={locale} />
        <strong>{run.name}</strong>
        <span className="wbu-Run-facts">{factsOf(data, rate, language).join(" · ")}</span>
        {isRunning && run.progress?.total ? (
          <progress className="wbu-Progress" value={run.progress.done} max={run.progress.total} aria-label={t("Progress")} />
        ) : (
          <span className="wbu-Spread" />
        )}
        {series.length > 0 ? (
          <>
            <label className="wbu-Smoothing">
              {t("smoothing")}
              <input type="range" min={0} max={0.98} step={0.02} value={smoothing} onChange={(event) => { setSmoothing(Number(event.target.value)); }} />
              <output>{smoothing.toFixed(2)}</output>
            </label>
            <button type="button" className="wbu-Toggle" aria-pressed={asTable} onClick={() => { setAsTable(!asTable); }}>
              {t("As table")}
            </button>
          </>
        ) : null}
        {isRunning && onStop ? (
          <button type="button" className="wbu-Button" disabled={stopping} onClick={() => { setStopping(true); onStop(); }}>
            {stopping ? t("Stopping") : t("Stop and save")}
          </button>
        ) : null}
        {onOpen ? (
          <button type="button" className="wbu-Button" onClick={() => { onOpen(run.id); }}>
            {t("Open run")}
          </button>
        ) : null}
      </header>
      {run.error ? <p className="wbu-Run-error">{run.error}</p> : null}
      {series.length === 0 ? (
        <p className="wbu-Empty">{t('Curves appear with the first metric: ctx.log(loss=…) or run.log_metric("loss", …).')}</p>
      ) : asTable ? (
        <CurveTable data={data} {...language} />
      ) : (
        <div className="wbu-Charts">
          {groups.map((group, index) => (
            <Chart key={group.title} group={group} tone={index === 1 ? 2 : index > 1 ? (index + 1) % 5 : 0} smoothing={smoothing} height={height} {...language} />
          ))}
        </div>
      )}
    </Frame>
  );
}

function factsOf({ run }: CurveData, rate: number | null, language: Language): string[] {
  const { t, locale } = language;
  const { progress } = run;
  if (run.state !== "running") {
    const metrics = Object.entries(run.metrics ?? {}).slice(0, 4);
    return metrics.map(([key, value]) => `${key} ${formatNumber(value, locale)}`);
  }
  if (!progress) {
    return [];
  }
  const facts = [progress.text || (progress.total ? t("%1 of %2", formatCount(progress.done, locale), formatCount(progress.total, locale)) : t("%1 done", formatCount(progress.done, locale)))];
  if (rate !== null && rate > 0) {
    if (!/\/s/.test(facts[0] ?? "")) {
      facts.push(t("%1/s", formatNumber(rate, locale)));
    }
    if (progress.total !== null) {
      facts.push(t("%1 left", formatDuration((progress.total - progress.done) / rate, language)));
    }
  }
  return facts;
}

/** How fast the work goes, a second, over what was seen of it. */
function useRate(progress: Progress | null | undefined, isRunning: boolean): number | null {
  const seen = useRef<{ at: number; done: number }[]>([]);
  const [rate, setRate] = useState<number | null>(null);
  const done = progress?.done;
  useEffect(() => {
    if (done === undefined || !isRunning) {
      seen.current = [];
      setRate(null);
      return;
    }
    const last = seen.current.at(-1);
    if (last && done < last.done) {
      seen.current = [];
    }
    seen.current = [...seen.current, { at: performance.now(), done }].slice(-60);
    const [first] = seen.current;
    const newest = seen.current.at(-1);
    if (first && newest && newest.at - first.at > 500 && newest.done > first.done) {
      setRate((1000 * (newest.done - first.done)) / (newest.at - first.at));
    }
  }, [done, isRunning]);
  return rate;
}

function CurveTable({ data, t, locale }: Language & { data: CurveData }): JSX.Element {
  const steps = [...new Set(data.series.flatMap(({ points }) => points.map(([step]) => step)))].sort((a, b) => b - a).slice(0, 500);
  const maps = data.series.map(({ points }) => new Map(points));
  return (
    <div className="wbu-CurveTable" tabIndex={0} role="region" aria-label={data.run.name}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("step")}</th>
            {data.series.map(({ key }) => (
              <th key={key} scope="col">
                {key}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={step}>
              <th scope="row">{formatCount(step, locale)}</th>
              {maps.map((map, index) => (
                <td key={index} title={String(map.get(step) ?? "")}>
                  {formatNumber(map.get(step), locale, 4)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
