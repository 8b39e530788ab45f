/** A distribution as bars, with the first and the last one as outlines behind and before it. */

import type { JSX } from "react";
import { ticks } from "../curves/scale.js";
import { cut } from "../spans/HeatMap.js";
import { binsOf, labelOf, type SpanColumn } from "../spans/model.js";
import type { Language } from "../text.js";
import { outline, sharesAt, tallest } from "./model.js";

const LEFT = 46;
const RIGHT = 10;
const BOTTOM = 24;
const TOP = 8;
/** Between the values and the missing. */
const GAP = 14;
const LETTER = 6.4;

interface BarsProps extends Language {
  column: SpanColumn;
  /** Where between the spans. */
  at: number;
  width: number;
  height: number;
  hot: number | null;
  /** A small one has no axes. */
  isSmall?: boolean;
  hasLast?: boolean;
}

export function Bars({ column, at, width, height, hot, isSmall = false, hasLast = true, t }: BarsProps): JSX.Element {
  const bins = binsOf(column);
  const [left, right, top, bottom] = isSmall ? [2, 2, 4, 3] : [LEFT, RIGHT, TOP, BOTTOM];
  const hasMissing = column.missing.some((each) => each > 0);
  const step = (width - left - right - (hasMissing ? GAP : 0)) / (bins + Number(hasMissing));
  const x = (bin: number): number => left + bin * step + (bin === bins ? GAP : 0);
  const most = tallest(column) * 1.04;
  const y = (share: number): number => height - bottom - (height - top - bottom) * (share / most);
  const wide = Math.max(0.8, step - (step > 4 ? 1.5 : 0));
  const visible = (shares: number[]): number[] => (hasMissing ? shares : shares.slice(0, -1));
  const [first, now, last] = [0, at, column.shares.length - 1].map((each) => visible(sharesAt(column, each)));
  const every = Math.max(1, Math.ceil((column.kind === "values" ? 58 : edgeWidth(column)) / step));
  return (
    <g>
      {isSmall
        ? null
        : ticks(0, most, Math.max(2, Math.floor(height / 70))).map((share) => (
            <g key={share}>
              <line className="wbu-Chart-grid" x1={left} x2={width - right} y1={y(share)} y2={y(share)} />
              <text x={left - 7} y={y(share) + 4} textAnchor="end">
                {share === 0 ? "0" : `${String(Number((100 * share).toPrecision(6)))} %`}
              </text>
            </g>
          ))}
      {now?.map((share, bin) => (
        <rect key={bin} className="wbu-Drift-bar" data-hot={hot === bin} data-missing={bin === bins} x={x(bin)} width={wide} y={y(share)} height={Math.max(0, height - bottom - y(share))} />
      ))}
      <path className="wbu-Drift-first" d={outline(first ?? [], x, y, wide, bins)} />
      {hasLast ? <path className="wbu-Drift-last" d={outline(last ?? [], x, y, wide, bins)} /> : null}
      {isSmall
        ? null
        : now?.map((_, bin) => {
            const isEdge = column.kind === "ranges" && bin < bins;
            const word = bin === bins ? t("missing") : isEdge ? (column.marks[bin] ?? "") : labelOf(column, bin, { t });
            return bin === bins || (bin % every === 0 && (!hasMissing || x(bins) - x(bin) > 50)) ? (
              <text key={bin} x={isEdge ? x(bin) : x(bin) + step / 2} y={height - 8} textAnchor="middle">
                {cut(word, Math.max(4, Math.floor((every * step) / LETTER)))}
              </text>
            ) : null;
          })}
    </g>
  );
}

/** How far apart edges are written, so that the longest of them, such as a day, is not cut. */
function edgeWidth(column: SpanColumn): number {
  return Math.max(52, ...column.marks.map((mark) => mark.length * LETTER + 10));
}
