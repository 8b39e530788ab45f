/** How fresh what is online has been: the time since it was carried there, falling to nothing each time. */

import type { JSX } from "react";
import { formatCount, formatTime } from "../format.js";
import { Frame, useSize } from "../Frame.js";
import { languageOf, type HostProps, type Language } from "../text.js";
import type { FreshnessData } from "./model.js";
import { timeMarks } from "./timeAxis.js";

export interface FreshnessProps extends HostProps {
  data: FreshnessData;
}

const HEIGHT = 150;
const LEFT = 64;
const RIGHT = 16;
const TOP = 14;
const BOTTOM = 22;

export function Freshness(props: FreshnessProps): JSX.Element {
  const { data } = props;
  const language = languageOf(props);
  const { t } = language;
  const label = t("Freshness");
  return (
    <Frame label={label} className="wbu-Fresh">
      <header className="wbu-Head">
        <strong>{label}</strong>
        <span className="wbu-Faint">{t("time since the values were carried online")}</span>
      </header>
      <dl className="wbu-Fresh-facts">
        {factsOf(data, language).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {data.times.length > 0 ? <Picture data={data} language={language} /> : null}
    </Frame>
  );
}

function factsOf(data: FreshnessData, { t, locale }: Language): [string, string][] {
  const words: Record<string, string> = {
    fresh: t("fresh"),
    stale: t("too old to answer"),
    static: t("holds at any time"),
  };
  const { newest, as_of: standing, materialized, written, source } = data;
  const wrote = formatTime(written === null ? null : Date.parse(written), locale);
  const ways: Record<string, string> = {
    materialize: t("%1 by materialize", wrote),
    push: t("%1 by push", wrote),
    stream: t("%1 by a stream", wrote),
  };
  const measured = Date.parse(standing ?? data.now);
  return [
    [t("state"), words[data.word] ?? data.word],
    [t("rows online"), formatCount(data.rows, locale)],
    [t("carried online"), formatTime(materialized === null ? null : Date.parse(materialized), locale)],
    ...(written === null ? [] : [[t("last written"), ways[source ?? ""] ?? wrote] satisfies [string, string]]),
    [t("newest event"), formatTime(newest === null ? null : Date.parse(newest), locale)],
    [
      standing === null ? t("its age now") : t("its age at that moment"),
      newest === null ? "–" : lasting(measured - Date.parse(newest), { t, locale }),
    ],
    [t("may be as old as"), data.ttl === null ? t("any age") : lasting(data.ttl * 1000, { t, locale })],
    ...(standing === null ? [] : [[t("stands at"), formatTime(Date.parse(standing), locale)] satisfies [string, string]]),
  ];
}

function Picture({ data, language }: { data: FreshnessData; language: Language }): JSX.Element {
  const { t, locale } = language;
  const [measure, width] = useSize<HTMLDivElement>(900, HEIGHT);
  const times = data.times.map((each) => Date.parse(each));
  const to = Math.max(Date.parse(data.now), (times.at(-1) ?? 0) + 1);
  const from = times[0] ?? to - 1;
  const gaps = times.map((at, place) => (times[place + 1] ?? to) - at);
  const most = Math.max(...gaps, 1);
  const x = (moment: number): number => LEFT + ((moment - from) / (to - from || 1)) * (width - LEFT - RIGHT);
  const y = (age: number): number => TOP + (1 - age / most) * (HEIGHT - TOP - BOTTOM);
  const line = times
    .map((at, place) => `${place === 0 ? "M" : "L"}${x(at).toFixed(1)},${y(0).toFixed(1)}L${x(times[place + 1] ?? to).toFixed(1)},${y(gaps[place] ?? 0).toFixed(1)}`)
    .join("");
  const sentence = t(
    "Time since the values were carried online, which happened %1 times from %2; at most %3.",
    formatCount(times.length, locale),
    formatTime(from, locale),
    lasting(most, language),
  );
  return (
    <div ref={measure} className="wbu-Fresh-picture">
      <svg width={width} height={HEIGHT} role="img" aria-label={sentence}>
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line className="wbu-Chart-grid" x1={LEFT} x2={width - RIGHT} y1={y(most * part)} y2={y(most * part)} />
            <text x={LEFT - 7} y={y(most * part) + 4} textAnchor="end">{part === 0 ? "0" : lasting(most * part, language)}</text>
          </g>
        ))}
        <path className="wbu-Fresh-body" d={`${line}L${x(to).toFixed(1)},${y(0).toFixed(1)}Z`} />
        <path className="wbu-Fresh-line" d={line} />
        {times.map((at) => <circle key={at} className="wbu-Fresh-mark" cx={x(at)} cy={y(0)} r={3}><title>{formatTime(at, locale)}</title></circle>)}
        {timeMarks(from, to, Math.max(1, Math.floor((width - LEFT) / 120)), locale).map(({ at, text }) => (
          <text key={at} x={Math.min(x(at), width - 30)} y={HEIGHT - 5} textAnchor="middle">{text}</text>
        ))}
      </svg>
    </div>
  );
}

/** How long something lasts, in its largest unit. */
export function lasting(milliseconds: number, { locale }: Language): string {
  const seconds = Math.abs(milliseconds) / 1000;
  const units = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]] as const;
  const [unit, size] = units.find(([, each]) => seconds >= each) ?? ["second", 1];
  const value = seconds / size;
  const text = value.toLocaleString(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: value < 10 ? 1 : 0 });
  return milliseconds < 0 ? `−${text}` : text;
}
