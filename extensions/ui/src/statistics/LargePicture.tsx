/** A column's picture with its axes. */

import type { JSX } from "react";
import { formatCount, formatNumber, formatShare } from "../format.js";
import { ticks } from "../curves/scale.js";
import type { DetailsProps } from "./Details.js";
import { heightOf, Picture, tallest } from "./Picture.js";
import { sentence, shower } from "./sentence.js";
import { axisOf, barsOf, edgesOf, hasDeciles, isOfTimes, isRanked, reachOf } from "./shapes.js";
import { figuresOf, valuesIn } from "./view.js";

const [WIDTH, HEIGHT] = [400, 170];

export function LargePicture(props: DetailsProps): JSX.Element {
  const { feature, view, t, locale } = props;
  return (
    <figure className="wbu-Large">
      <div className="wbu-Large-plot">
        {hasDeciles(feature, view) ? null : <Heights {...props} />}
        <Picture feature={feature} view={view} width={WIDTH} height={HEIGHT} t={t} locale={locale} />
        <Hovers {...props} />
        <Values {...props} />
      </div>
      <figcaption className="wbu-Faint">{sentence(feature, view, { t, locale })}</figcaption>
    </figure>
  );
}

/** Round heights with their lines; of shares, or of counts where one set is in sight. */
function Heights({ feature, view, locale }: DetailsProps): JSX.Element {
  const isSum = view.chart === "cumulative";
  const most = isSum ? 1 : tallest(feature, view);
  const only = view.sets.length === 1 && !view.percent && !isSum ? figuresOf(feature, view.sets[0] ?? 0, view) : null;
  const unit = only ? valuesIn(only) : 1;
  const rise = heightOf(feature, view, most);
  const marks = view.logCounts && only ? powers(most * unit) : ticks(0, most * unit, 3);
  return (
    <div className="wbu-Heights" aria-hidden="true">
      {marks
        .filter((mark) => mark > 0)
        .map((mark) => (
          <span key={mark} style={{ bottom: HEIGHT * rise(mark / unit) }}>
            {only ? formatCount(mark, locale) : formatShare(mark, 1, locale)}
          </span>
        ))}
    </div>
  );
}

/** Round values under the picture. */
function Values({ feature, view, locale }: DetailsProps): JSX.Element | null {
  const ends = reachOf(feature, view);
  if (!ends || (isRanked(feature) && !hasDeciles(feature, view))) {
    return null;
  }
  const [low, high] = ends;
  const isTime = isOfTimes(feature, view);
  const place = axisOf(feature, view);
  const round = view.logValues ? logMarks(low, high, place) : ticks(low, high, 6);
  const marks = isTime ? [low, low + (high - low) / 2, high] : round.filter((mark) => mark >= low && mark <= high);
  const show = shower(feature, locale);
  return (
    <div className="wbu-Marks wbu-Faint" aria-hidden="true">
      {marks.map((mark, index) => (
        <span key={mark} style={{ left: WIDTH * place(mark) }} data-end={isTime ? (["first", null, "last"][index] ?? undefined) : undefined}>
          {isTime ? show(mark).replace(/,? \d\d:\d\d$/, "") : formatNumber(mark, locale)}
        </span>
      ))}
    </div>
  );
}

/** Over each bar an invisible one, as high as the picture, that says what is in it. */
function Hovers({ feature, data, view, locale }: DetailsProps): JSX.Element | null {
  if (hasDeciles(feature, view)) {
    return null;
  }
  const sets = barsOf(feature, view);
  const edges = edgesOf(feature, view);
  const show = shower(feature, locale);
  const bars = sets.find((each) => each.length > 0) ?? [];
  return (
    <div className="wbu-Hovers" aria-hidden="true">
      {bars.map(({ low, high }, place) => {
        const name = isRanked(feature) ? (feature.values?.[place] ?? "") : `${show(edges[place])} … ${show(edges[place + 1])}`;
        const counts = view.sets.map((set, index) => {
          const share = sets[index]?.[place]?.share ?? NaN;
          const stats = figuresOf(feature, set, view);
          return `${data.datasets[set]?.name ?? ""}: ${Number.isNaN(share) || !stats ? "–" : `${formatCount(share * valuesIn(stats), locale)}, ${formatShare(share, 1, locale)}`}`;
        });
        return <span key={place} style={{ left: low * WIDTH, width: (high - low) * WIDTH }} title={[name, ...counts].join("\n")} />;
      })}
    </div>
  );
}

function powers(most: number): number[] {
  return Array.from({ length: Math.max(1, Math.floor(Math.log10(most)) + 1) }, (_, power) => 10 ** power);
}

/** 0 and powers of ten on both sides, as far from each other as letters need. */
function logMarks(low: number, high: number, place: (value: number) => number): number[] {
  const top = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high)) || 1));
  const sizes = Array.from({ length: 9 }, (_, power) => 10 ** (top - power));
  const marks: number[] = [];
  for (const mark of [0, ...sizes, ...sizes.map((size) => -size)]) {
    if (mark >= low && mark <= high && marks.every((each) => Math.abs(place(each) - place(mark)) * WIDTH > 40)) {
      marks.push(mark);
    }
  }
  return marks;
}
