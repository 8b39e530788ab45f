/** The table behind a picture: each bar or value, and how often it occurs in each set of rows. */

import type { JSX } from "react";
import type { Feature } from "../data.js";
import { formatShare } from "../format.js";
import { countOr, SetHeading } from "./cells.js";
import type { DetailsProps } from "./Details.js";
import { TONES } from "./Picture.js";
import { shower } from "./sentence.js";
import { countsOf, edgesOf, isRanked } from "./shapes.js";
import { figuresOf, valuesIn, type View } from "./view.js";

export function ValuesTable({ feature, data, view, t, locale }: DetailsProps): JSX.Element | null {
  const ranked = isRanked(feature);
  const words = ranked ? (feature.values ?? []) : rangesOf(feature, view, locale);
  if (words.length === 0) {
    return null;
  }
  const sets = view.sets.map((set) => {
    const stats = figuresOf(feature, set, view);
    return { set, counts: countsOf(feature, set, view), total: stats ? valuesIn(stats) : 0 };
  });
  const most = Math.max(...sets.flatMap(({ counts, total }) => counts.map((count) => (count ?? 0) / (total || 1))), 1e-12);
  return (
    <div className="wbu-Part wbu-Values" tabIndex={0} role="region" aria-label={t(ranked ? "Values of %1" : "Bars of %1", feature.name)}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("value")}</th>
            {ranked ? <td aria-hidden="true" className="wbu-Gauge" /> : null}
            {sets.map(({ set }) => (
              <SetHeading key={set} data={data} set={set} word={sets.length > 1 ? null : t(view.percent ? "share" : "times")} />
            ))}
          </tr>
        </thead>
        <tbody>
          {words.map((word, place) => (
            <tr key={place}>
              <th scope="row" className={ranked ? "wbu-Code" : undefined} title={word}>
                {word === "" ? t("(empty)") : word}
              </th>
              {ranked ? (
                <td aria-hidden="true" className="wbu-Gauge">
                  {sets.map(({ set, counts, total }) => (
                    <span
                      key={set}
                      style={{
                        width: `${String((100 * (counts[place] ?? 0)) / (total || 1) / most)}%`,
                        background: set === 0 ? "var(--wbu-fill)" : TONES[set % TONES.length],
                      }}
                    />
                  ))}
                </td>
              ) : null}
              {sets.map(({ set, counts, total }) => {
                const count = counts[place];
                return (
                  <td key={set} title={count === null || count === undefined ? t("too rare to have been kept") : formatShare(count, total, locale)}>
                    {count ? countOr(view, count, total, locale) : <span className="wbu-Faint">{count === 0 ? "0" : "–"}</span>}
                  </td>
                );
              })}
            </tr>
          ))}
          <Rest feature={feature} view={view} words={words} t={t} locale={locale} />
        </tbody>
      </table>
    </div>
  );
}

/** How many values there are that the table does not name. */
function Rest({ feature, view, words, t, locale }: Omit<DetailsProps, "data"> & { words: string[]; view: View }): JSX.Element | null {
  const unique = Math.max(...view.sets.map((set) => feature.stats[set]?.unique ?? 0));
  const isOfFormats = feature.stats.some((each) => each?.images);
  const more = isRanked(feature) && !isOfFormats ? unique - words.length : 0;
  return more > 0 ? (
    <tr>
      <th scope="row" className="wbu-Faint" colSpan={view.sets.length + 2}>
        {t("%1 more values", more.toLocaleString(locale))}
      </th>
    </tr>
  ) : null;
}

function rangesOf(feature: Feature, view: View, locale: string): string[] {
  const show = shower(feature, locale);
  const edges = edgesOf(feature, view);
  return edges.slice(1).map((high, place) => `${show(edges[place])} … ${show(high)}`);
}
