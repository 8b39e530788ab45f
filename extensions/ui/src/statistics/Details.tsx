/** A column in full under its row: its anomalies, the large picture, all figures, and the table behind the picture. */

import type { JSX } from "react";
import type { Feature, StatisticsData } from "../data.js";
import { formatCount, formatNumber } from "../format.js";
import type { Language } from "../text.js";
import { AnomalyList } from "./AnomalyList.js";
import { FiguresTable } from "./FiguresTable.js";
import { LargePicture } from "./LargePicture.js";
import { hasDeciles, isRanked } from "./shapes.js";
import { ValuesTable } from "./ValuesTable.js";
import type { View } from "./view.js";

const COMPANIONS = 6;

export interface DetailsProps extends Language {
  feature: Feature;
  data: StatisticsData;
  view: View;
  onInsertCode?: ((code: string) => void) | undefined;
}

export function Details(props: DetailsProps): JSX.Element {
  const { feature, view, onInsertCode, t } = props;
  const isDrawn = feature.type !== "STRUCT" && (!isRanked(feature) || hasDeciles(feature, view) || view.chart === "cumulative");
  return (
    <div className="wbu-Details">
      {feature.anomalies ? <AnomalyList anomalies={feature.anomalies} onInsertCode={onInsertCode} t={t} /> : null}
      <div className="wbu-Details-parts">
        {isDrawn ? <LargePicture {...props} /> : null}
        <FiguresTable {...props} />
        <ValuesTable {...props} />
        <Words {...props} />
        <Companions {...props} />
      </div>
    </div>
  );
}

/** The most frequent words of a text column. */
function Words({ feature, t, locale }: DetailsProps): JSX.Element | null {
  const words = feature.stats.find((each) => each?.words)?.words;
  if (!words || words.top.length === 0) {
    return null;
  }
  return (
    <div className="wbu-Part" tabIndex={0} role="region" aria-label={t("Words of %1", feature.name)}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("word")}</th>
            <th scope="col">{t("times")}</th>
          </tr>
        </thead>
        <tbody>
          {words.top.map(([word, count]) => (
            <tr key={word}>
              <th scope="row" className="wbu-Code">
                {word}
              </th>
              <td>{formatCount(count, locale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The columns that this one goes with, strongest first. */
function Companions({ feature, data, t, locale }: DetailsProps): JSX.Element | null {
  const pairs = (data.pairs ?? []).filter(([a, b]) => a === feature.name || b === feature.name).slice(0, COMPANIONS);
  if (pairs.length === 0) {
    return null;
  }
  return (
    <div className="wbu-Part">
      <table>
        <thead>
          <tr>
            <th scope="col">{t("goes with")}</th>
            <th scope="col">{t("correlation")}</th>
            <th scope="col">{t("shared bits")}</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(([a, b, correlation, information]) => (
            <tr key={`${a}\u0000${b}`}>
              <th scope="row">{a === feature.name ? b : a}</th>
              <td>{formatNumber(correlation, locale, 2)}</td>
              <td>{formatNumber(information, locale, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
