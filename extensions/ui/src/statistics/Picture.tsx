/** One column's picture in a row: the first set of rows filled, a second outlined, more as lines. */

import { memo, type JSX } from "react";
import type { Feature } from "../data.js";
import type { Language } from "../text.js";
import { sentence } from "./sentence.js";
import { barsOf, cumulated, decilesOf, hasDeciles, type Bar } from "./shapes.js";
import { valuesIn, type View } from "./view.js";

export const TONES = ["var(--wbu-c1)", "var(--wbu-c2)", "var(--wbu-c3)", "var(--wbu-c4)", "var(--wbu-c5)"];
/** Beside its colour, a set's line is told by its dashes. */
export const DASHES = [undefined, undefined, "5 2", "1.5 1.5", "7 2 1.5 2"];

interface PictureProps extends Language {
  feature: Feature;
  view: View;
  width: number;
  height: number;
  /** The share that is as high as the picture; by default the greatest there is. */
  most?: number | undefined;
}

export const Picture = memo(function Picture({ feature, view, width, height, most, ...language }: PictureProps): JSX.Element {
  return (
    <svg
      className="wbu-Picture"
      width={width}
      height={height}
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      role="img"
      aria-label={sentence(feature, view, language)}
    >
      {hasDeciles(feature, view) ? (
        <Strips sets={decilesOf(feature, view)} view={view} width={width} height={height} />
      ) : (
        <Shapes feature={feature} view={view} width={width} height={height} most={most} />
      )}
    </svg>
  );
});

type ShapesProps = Pick<PictureProps, "feature" | "view" | "width" | "height" | "most">;

/** The tallest of the bars, as a share. */
export function tallest(feature: Feature, view: View): number {
  return Math.max(...barsOf(feature, view).flatMap((bars) => bars.flatMap(({ share }) => (share > 0 ? [share] : []))), 1e-12);
}

/** How high a share stands, from 0 to 1. */
export function heightOf(feature: Feature, view: View, most: number): (share: number) => number {
  const rows = Math.max(...feature.stats.map((each) => (each ? valuesIn(each) : 0)), 1);
  return (share) => Math.min(1, view.logCounts ? Math.log1p(share * rows) / Math.log1p(most * rows) : share / most);
}

/** Bars, or how they add up, of each set in sight. */
export function Shapes({ feature, view, width, height, most }: ShapesProps): JSX.Element {
  const isSum = view.chart === "cumulative";
  const sets = isSum ? barsOf(feature, view).map(cumulated) : barsOf(feature, view);
  const rise = heightOf(feature, view, isSum ? 1 : (most ?? tallest(feature, view)));
  const up = (share: number): number => height * rise(share);
  return (
    <>
      {sets.map((bars, place) => {
        const set = view.sets[place] ?? 0;
        const isFilled = place === 0;
        const isFaint = isFilled && (isSum || sets.length > 2);
        return (
          <g key={set}>
            {isFilled ? <path d={filled(bars, width, height, up)} fill="var(--wbu-fill)" opacity={isFaint ? 0.4 : 1} /> : null}
            {!isFilled || isFaint ? (
              <path
                d={outline(bars, width, height, up)}
                fill="none"
                stroke={TONES[set % TONES.length]}
                strokeWidth={1.5}
                strokeDasharray={sets.length > 2 ? DASHES[set % DASHES.length] : undefined}
              />
            ) : null}
          </g>
        );
      })}
    </>
  );
}

/** A strip for each set: its range, nine tenths wide deciles, and the median. */
function Strips({ sets, view, width, height }: { sets: number[][]; view: View; width: number; height: number }): JSX.Element {
  const lane = height / Math.max(1, sets.length);
  return (
    <>
      {sets.map((deciles, place) => {
        const set = view.sets[place] ?? 0;
        const tone = set === 0 ? "var(--wbu-fill)" : TONES[set % TONES.length];
        const [middle, half] = [lane * (place + 0.5), Math.min(lane * 0.36, 11)];
        const x = (at: number): number => 1 + at * (width - 2);
        const ticks = deciles.map((at) => `M${x(at).toFixed(1)},${(middle - half).toFixed(1)}v${(2 * half).toFixed(1)}`).join("");
        return deciles.length < 11 ? null : (
          <g key={set} stroke={tone}>
            <path d={`M${x(deciles[0] ?? 0).toFixed(1)},${middle.toFixed(1)}H${x(deciles[10] ?? 1).toFixed(1)}`} />
            <rect
              x={x(deciles[1] ?? 0)}
              y={middle - half}
              width={Math.max(0.5, x(deciles[9] ?? 1) - x(deciles[1] ?? 0))}
              height={2 * half}
              fill={tone}
              fillOpacity={0.22}
              stroke="none"
            />
            <path d={ticks} />
            <path d={`M${x(deciles[5] ?? 0.5).toFixed(1)},${(middle - half).toFixed(1)}v${(2 * half).toFixed(1)}`} strokeWidth={3} />
          </g>
        );
      })}
    </>
  );
}

/** Bars as one path, a gap of a pixel between them where there is room. */
function filled(bars: readonly Bar[], width: number, height: number, up: (share: number) => number): string {
  return bars
    .map(({ low, high, share }) => {
      const tall = up(share);
      const wide = (high - low) * width;
      return tall > 0
        ? `M${(low * width).toFixed(2)},${String(height)}v${(-Math.max(tall, 0.6)).toFixed(2)}h${Math.max(wide - (wide > 3 ? 1 : 0), 0.8).toFixed(2)}V${String(height)}z`
        : "";
    })
    .join("");
}

function outline(bars: readonly Bar[], width: number, height: number, up: (share: number) => number): string {
  let isDrawing = false;
  return bars
    .map(({ low, high, share }) => {
      if (Number.isNaN(share)) {
        isDrawing = false;
        return "";
      }
      const y = Math.max(height - up(share), 0.75).toFixed(2);
      const pen = isDrawing ? "L" : "M";
      isDrawing = true;
      return `${pen}${(low * width).toFixed(2)},${y}L${(high * width).toFixed(2)},${y}`;
    })
    .join("");
}
