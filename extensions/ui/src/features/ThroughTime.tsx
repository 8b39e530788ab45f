/** How the values of a view move: a small picture a feature, by stretches of event time. */

import { useState, type JSX } from "react";
import { ticks } from "../curves/scale.js";
import { formatCount, formatNumber, formatShare, formatTime } from "../format.js";
import { CodeButton, Frame, useSize } from "../Frame.js";
import { languageOf, type HostProps, type Language } from "../text.js";
import type { ThroughData, ThroughFeature } from "./model.js";
import { timeMarks } from "./timeAxis.js";

export interface ThroughTimeProps extends HostProps {
  data: ThroughData;
  code?: string | undefined;
  onInsertCode?: ((code: string) => void) | undefined;
}

/** So many pictures are drawn before somebody asks for more. */
const FIRST = 24;
const HEIGHT = 118;
const LEFT = 46;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 20;
/** The strip that says how many values are missing. */
const STRIP = 4;

export function ThroughTime(props: ThroughTimeProps): JSX.Element {
  const { data, code, onInsertCode } = props;
  const language = languageOf(props);
  const { t, locale } = language;
  const [query, setQuery] = useState("");
  const [most, setMost] = useState(FIRST);
  const [isTable, setTable] = useState(false);
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = data.features.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  const label = t("Values through time");
  const [first, last] = [data.starts[0], data.starts.at(-1)];
  return (
    <Frame label={label} className="wbu-Through">
      <header className="wbu-Head">
        <strong>{label}</strong>
        <span className="wbu-Faint">
          {data.keys === null
            ? t("of its rows, by when each happened")
            : t("of %1 keys, what their windows held at the end of each stretch", formatCount(data.keys, locale))}
          {first === undefined || last === undefined ? "" : ` · ${formatDay(first, locale)} – ${formatDay(last, locale)}`}
          {data.sampled === null ? "" : ` · ${t("from a sample of about %1 rows", formatCount(data.sampled, locale))}`}
        </span>
        <span className="wbu-Spread" />
        {data.features.length > 6 ? (
          <input
            className="wbu-Field"
            type="search"
            value={query}
            placeholder={t("Find a feature")}
            aria-label={t("Find a feature")}
            onChange={(event) => { setQuery(event.target.value); }}
          />
        ) : null}
        <button type="button" className="wbu-Button" aria-pressed={isTable} onClick={() => { setTable(!isTable); }}>
          {t("as a table")}
        </button>
        <CodeButton code={code} onInsertCode={onInsertCode} t={t} />
      </header>
      {isTable ? (
        <Table features={found} language={language} />
      ) : (
        <div className="wbu-Through-all">
          {found.slice(0, most).map((feature) => (
            <Small key={feature.name} data={data} feature={feature} language={language} />
          ))}
        </div>
      )}
      {!isTable && found.length > most ? (
        <p className="wbu-Through-more">
          <button type="button" className="wbu-Button" onClick={() => { setMost(most + 4 * FIRST); }}>
            {t("Draw more of the %1 features", formatCount(found.length, locale))}
          </button>
        </p>
      ) : null}
      {found.length === 0 ? <p className="wbu-Through-more wbu-Faint">{t("No feature has such a name.")}</p> : null}
    </Frame>
  );
}

interface ISmallProps {
  data: ThroughData;
  feature: ThroughFeature;
  language: Language;
}

function Small({ data, feature, language }: ISmallProps): JSX.Element {
  const { t, locale } = language;
  const [measure, width] = useSize<HTMLDivElement>(380, HEIGHT);
  const [at, setAt] = useState<number | null>(null);
  const { starts } = data;
  const ends = [...starts.slice(1), (starts.at(-1) ?? 0) + stretchOf(starts)];
  const [from, to] = [starts[0] ?? 0, ends.at(-1) ?? 1];
  const [low, high] = rangeOf(feature);
  const x = (moment: number): number => LEFT + ((moment - from) / (to - from || 1)) * (width - LEFT - RIGHT);
  const floor = HEIGHT - BOTTOM - STRIP - 3;
  const y = (value: number): number => TOP + (1 - (value - low) / (high - low || 1)) * (floor - TOP);
  const middleOf = (place: number): number => (x(starts[place] ?? 0) + x(ends[place] ?? 0)) / 2;
  const mark = (value: number): string =>
    feature.kind === "share" ? formatShare(value, 1, locale) : formatNumber(value, locale);
  const missing = mean(feature.missing, data.rows);
  const pointed = at !== null && at < starts.length ? at : null;
  return (
    <figure className="wbu-Small">
      <figcaption>
        <span className="wbu-Small-name" title={feature.name}>{feature.name}</span>
        <span className="wbu-Faint">{pointed === null ? said(feature, data.unit, t) : ""}</span>
        <span className="wbu-Spread" />
        <span className="wbu-Faint wbu-Small-read">
          {pointed === null
            ? missing > 0 ? t("missing %1", formatShare(missing, 1, locale)) : ""
            : readOut(feature, data, pointed, language)}
        </span>
      </figcaption>
      <div
        ref={measure}
        onPointerMove={(event) => {
          const moment = from + ((event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT) / (width - LEFT - RIGHT)) * (to - from);
          const place = starts.findLastIndex((start) => start <= moment);
          setAt(place < 0 ? null : place);
        }}
        onPointerLeave={() => { setAt(null); }}
      >
        <svg width={width} height={HEIGHT} role="img" aria-label={sentence(feature, data, language)}>
          {feature.kind === "missing" ? null : ticks(low, high, 3).map((value) => (
            <g key={value}>
              <line className="wbu-Chart-grid" x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} />
              <text x={LEFT - 6} y={y(value) + 4} textAnchor="end">{mark(value)}</text>
            </g>
          ))}
          {pointed === null ? null : (
            <rect className="wbu-Small-pointed" x={x(starts[pointed] ?? 0)} y={TOP} width={Math.max(1, x(ends[pointed] ?? 0) - x(starts[pointed] ?? 0))} height={HEIGHT - BOTTOM - TOP} />
          )}
          <path className="wbu-Small-band" d={band(feature, middleOf, y)} />
          <path className="wbu-Small-line" d={line(feature.middle, middleOf, y)} />
          {feature.missing.map((share, place) =>
            share > 0 ? (
              <rect
                key={place}
                className="wbu-Small-missing"
                x={x(starts[place] ?? 0)}
                y={HEIGHT - BOTTOM - STRIP}
                width={Math.max(0.5, x(ends[place] ?? 0) - x(starts[place] ?? 0))}
                height={STRIP}
                fillOpacity={Math.max(0.15, share)}
              />
            ) : null,
          )}
          <line className="wbu-Chart-axis" x1={LEFT} x2={width - RIGHT} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} />
          {timeMarks(from, to, Math.max(1, Math.floor((width - LEFT) / 96)), locale).map(({ at: moment, text }) => (
            <text key={moment} x={Math.min(x(moment), width - 24)} y={HEIGHT - 5} textAnchor="middle">{text}</text>
          ))}
        </svg>
      </div>
    </figure>
  );
}

function Table({ features, language }: { features: readonly ThroughFeature[]; language: Language }): JSX.Element {
  const { t, locale } = language;
  const show = (value: number | null | undefined): string => formatNumber(value, locale);
  return (
    <div className="wbu-Through-table" tabIndex={0} role="group" aria-label={t("Values through time")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("feature")}</th>
            <th scope="col">{t("what is drawn")}</th>
            {[t("first"), t("last"), t("least"), t("most"), t("missing at most")].map((each) => <th key={each} scope="col" className="wbu-Right">{each}</th>)}
          </tr>
        </thead>
        <tbody>
          {features.map((feature) => {
            const known = feature.middle.filter((each): each is number => each !== null);
            return (
              <tr key={feature.name}>
                <th scope="row">{feature.name}</th>
                <td className="wbu-Faint">{what(feature, t)}</td>
                {[known[0], known.at(-1), known.length > 0 ? Math.min(...known) : null, known.length > 0 ? Math.max(...known) : null].map((value, place) => (
                  <td key={place} className="wbu-Right">{show(value)}</td>
                ))}
                <td className="wbu-Right">{formatShare(Math.max(0, ...feature.missing), 1, locale)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function what({ kind }: ThroughFeature, t: Language["t"]): string {
  const words = {
    quartiles: t("median and quartiles"),
    share: t("share that is true"),
    different: t("different values"),
    missing: t("missing alone"),
  };
  return words[kind];
}

/** What the picture shows, and of which stretch of time each point is. */
function said(feature: ThroughFeature, unit: ThroughData["unit"], t: Language["t"]): string {
  const stretches = {
    minute: t("by minute"),
    hour: t("by hour"),
    day: t("by day"),
    week: t("by week"),
    month: t("by month"),
    quarter: t("by quarter"),
    year: t("by year"),
  };
  return `${what(feature, t)}, ${stretches[unit]}`;
}

function readOut(feature: ThroughFeature, data: ThroughData, place: number, { t, locale }: Language): string {
  const value = feature.middle[place] ?? null;
  const [low, high] = [feature.low[place] ?? null, feature.high[place] ?? null];
  const shown = feature.kind === "share" && value !== null ? formatShare(value, 1, locale) : formatNumber(value, locale);
  return [
    formatDay(data.starts[place] ?? 0, locale),
    low === null || high === null ? shown : `${shown} (${formatNumber(low, locale)} – ${formatNumber(high, locale)})`,
    t("%1 rows", formatCount(data.rows[place] ?? 0, locale)),
    (feature.missing[place] ?? 0) > 0 ? t("missing %1", formatShare(feature.missing[place] ?? 0, 1, locale)) : "",
  ].filter(Boolean).join(" · ");
}

function sentence(feature: ThroughFeature, data: ThroughData, language: Language): string {
  const { t, locale } = language;
  const known = feature.middle.filter((each): each is number => each !== null);
  return t(
    "%1, %2, from %3 to %4: from %5 to %6.",
    feature.name,
    said(feature, data.unit, t),
    formatDay(data.starts[0] ?? 0, locale),
    formatDay(data.starts.at(-1) ?? 0, locale),
    formatNumber(known.length > 0 ? Math.min(...known) : null, locale),
    formatNumber(known.length > 0 ? Math.max(...known) : null, locale),
  );
}

function formatDay(moment: number, locale: string): string {
  return moment % 86_400_000 === 0
    ? new Date(moment).toLocaleDateString(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" })
    : formatTime(moment, locale);
}

/** How long the last stretch is: as long as those before it are. */
function stretchOf(starts: readonly number[]): number {
  const steps = starts.slice(1).map((start, place) => start - (starts[place] ?? 0));
  return steps.length > 0 ? Math.min(...steps) : 86_400_000;
}

function rangeOf({ kind, low, middle, high }: ThroughFeature): [number, number] {
  const known = [...low, ...middle, ...high].filter((each): each is number => each !== null);
  if (known.length === 0) {
    return [0, 1];
  }
  const least = known.reduce((a, b) => Math.min(a, b));
  const most = known.reduce((a, b) => Math.max(a, b));
  const floor = kind === "quartiles" ? least : Math.min(0, least);
  return most > floor ? [floor, most] : [floor - 1, most + 1];
}

function line(values: readonly (number | null)[], x: (place: number) => number, y: (value: number) => number): string {
  let pen = "M";
  return values
    .map((value, place) => {
      if (value === null) {
        pen = "M";
        return "";
      }
      const point = `${pen}${x(place).toFixed(1)},${y(value).toFixed(1)}`;
      pen = "L";
      return point;
    })
    .join("");
}

function band({ low, high }: ThroughFeature, x: (place: number) => number, y: (value: number) => number): string {
  const places = low.flatMap((each, place) => (each === null || (high[place] ?? null) === null ? [] : [place]));
  if (places.length < 2) {
    return "";
  }
  const upper = places.map((place) => `${x(place).toFixed(1)},${y(high[place] ?? 0).toFixed(1)}`);
  const lower = places.map((place) => `${x(place).toFixed(1)},${y(low[place] ?? 0).toFixed(1)}`).reverse();
  return `M${[...upper, ...lower].join("L")}Z`;
}

/** The mean of shares, each weighed by its rows. */
function mean(shares: readonly number[], rows: readonly number[]): number {
  const all = rows.reduce((sum, each) => sum + each, 0);
  return all === 0 ? 0 : shares.reduce((sum, share, place) => sum + share * (rows[place] ?? 0), 0) / all;
}
