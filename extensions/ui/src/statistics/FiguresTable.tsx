/** Every figure of a column, a set of rows beside another. */

import type { JSX } from "react";
import type { ColumnStatistics, Feature } from "../data.js";
import { formatCount, formatNumber, formatShare } from "../format.js";
import type { Language } from "../text.js";
import { about, Figure, SetHeading } from "./cells.js";
import type { DetailsProps } from "./Details.js";
import { shower } from "./sentence.js";
import { figuresOf, valuesIn, type View } from "./view.js";

interface Line {
  word: string;
  text: (string | null)[];
  exact?: (string | undefined)[];
}

export function FiguresTable({ feature, data, view, ...language }: DetailsProps): JSX.Element {
  const { t } = language;
  const lines = linesOf(feature, view, language).filter(({ text }) => text.some((each) => each !== null));
  return (
    <div className="wbu-Part" tabIndex={0} role="region" aria-label={t("Figures of %1", feature.name)}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("figure")}</th>
            {view.sets.map((set) => (
              <SetHeading key={set} data={data} set={set} word={view.sets.length > 1 ? null : t("value")} />
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ word, text, exact }) => (
            <tr key={word}>
              <th scope="row">{word}</th>
              {text.map((each, place) => (
                <td key={place} title={exact?.[place]}>
                  <Figure text={each ?? "–"} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function linesOf(feature: Feature, view: View, language: Language): Line[] {
  const { t, locale } = language;
  const sets = view.sets.map((set) => figuresOf(feature, set, view));
  const show = shower(feature, locale);
  const line = (word: string, make: (stats: ColumnStatistics) => string | null): Line => ({
    word: t(word),
    text: sets.map((stats) => (stats ? make(stats) : null)),
  });
  const counted = (word: string, pick: (stats: ColumnStatistics) => number | undefined, whole: (stats: ColumnStatistics) => number): Line => ({
    ...line(word, (stats) => {
      const count = pick(stats);
      return count === undefined ? null : view.percent ? formatShare(count, whole(stats), locale) : formatCount(count, locale);
    }),
    exact: sets.map((stats) => (stats ? formatShare(pick(stats) ?? 0, whole(stats), locale) : undefined)),
  });
  const number = (word: string, pick: (stats: ColumnStatistics) => number | undefined): Line => ({
    ...line(word, (stats) => (pick(stats) === undefined ? null : show(pick(stats)))),
    exact: sets.map((stats) => (stats && feature.type !== "TIME" ? String(pick(stats) ?? "") : undefined)),
  });
  const length = (word: string, pick: (stats: ColumnStatistics) => number | undefined): Line =>
    line(word, (stats) => (pick(stats) === undefined ? null : formatNumber(pick(stats), locale)));
  const rows = (stats: ColumnStatistics): number => stats.count + stats.missing;
  return [
    counted("rows with a value", (stats) => stats.count, rows),
    counted("missing", (stats) => stats.missing, rows),
    counted("of these, not a number", (stats) => stats.nan, rows),
    line("unique", (stats) => (stats.unique === undefined || stats.unique === null || feature.type === "STRUCT" ? null : about(stats.unique, stats.approximate, language))),
    counted("zeros", (stats) => stats.zeros, valuesIn),
    counted("infinite", (stats) => stats.infinite, valuesIn),
    ...(feature.type === "BOOL" ? [] : [number("mean", (stats) => stats.mean)]),
    ...(feature.type === "BOOL" || feature.type === "TIME" ? [] : [number("std", (stats) => stats.std)]),
    ...(feature.type === "BOOL"
      ? []
      : [
          number("min", (stats) => stats.min),
          number("first decile", (stats) => stats.quantiles?.[1]),
          number("median", (stats) => stats.median),
          number("ninth decile", (stats) => stats.quantiles?.[9]),
          number("max", (stats) => stats.max),
        ]),
    length(feature.type === "BYTES" ? "bytes, on average" : "characters, on average", (stats) => stats.avg_length),
    length("the shortest", (stats) => stats.min_length),
    length("the longest", (stats) => stats.max_length),
    counted("not UTF-8", (stats) => stats.invalid_utf8, valuesIn),
    ...listLines(line, locale, Math.max(0, ...sets.map((stats) => stats?.lists?.length ?? 0))),
    length("words a value", (stats) => stats.words?.mean),
    line("different words", (stats) => (stats.words ? formatCount(stats.words.unique, locale) : null)),
    line("formats", (stats) => (stats.images ? mix(stats.images.formats, locale) : null)),
    line("modes", (stats) => (stats.images ? mix(stats.images.modes, locale) : null)),
    line("width in pixels", (stats) => (stats.images ? span(stats.images.widths, locale) : null)),
    line("height in pixels", (stats) => (stats.images ? span(stats.images.heights, locale) : null)),
    line("no image", (stats) => (stats.images ? formatCount(stats.images.unreadable, locale) : null)),
  ];
}

function listLines(line: (word: string, make: (stats: ColumnStatistics) => string | null) => Line, locale: string, levels: number): Line[] {
  return Array.from({ length: levels }, (_, level) => {
    const of = (stats: ColumnStatistics): NonNullable<ColumnStatistics["lists"]>[number] | undefined => stats.lists?.[level];
    return [
      line("values a list", (stats) => {
        const list = of(stats);
        return list ? `${span(list.quantiles, locale)}` : null;
      }),
      line("empty lists", (stats) => {
        const list = of(stats);
        return list ? formatCount(list.empty, locale) : null;
      }),
      line("values in all lists", (stats) => {
        const list = of(stats);
        return list ? formatCount(list.total, locale) : null;
      }),
    ].map((each) => ({ ...each, word: level > 0 ? `${each.word} (${String(level + 1)})` : each.word }));
  }).flat();
}

/** The least, the middle and the greatest of eleven quantiles. */
function span(quantiles: readonly number[], locale: string): string {
  return [0, 5, 10].map((place) => formatNumber(quantiles[place], locale)).join(" · ");
}

function mix(counts: Record<string, number>, locale: string): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${formatCount(count, locale)}`)
    .join(", ");
}
