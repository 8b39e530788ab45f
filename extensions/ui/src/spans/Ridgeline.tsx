/** One curve a span, one above the other: how the shape of a distribution changes. */

import type { JSX } from "react";
import { useSize } from "../Frame.js";
import { cut, type ChartProps } from "./HeatMap.js";
import { binsOf, labelOf } from "./model.js";

const LEFT = 92;
const RIGHT = 24;
const BOTTOM = 22;
const OVERLAP = 2.4;

export function Ridgeline({ data, column, height, sentence, t }: ChartProps): JSX.Element {
  const [measure, width] = useSize<HTMLDivElement>(800, height);
  const bins = binsOf(column);
  const spans = data.spans.length;
  const wide = Math.max(40, width - LEFT - RIGHT);
  const step = (height - BOTTOM - 6) / (spans - 1 + OVERLAP);
  const most = column.shares.reduce((high, shares) => shares.reduce((a, b) => Math.max(a, b), high), 1);
  const x = (bin: number): number => LEFT + ((bin + 0.5) * wide) / Math.max(1, bins);
  const floor = (span: number): number => 3 + (span + OVERLAP) * step;
  const every = Math.max(1, Math.ceil(13 / step));
  const everyBin = Math.max(1, Math.ceil((bins * 64) / wide));
  return (
    <div ref={measure}>
      <p className="wbu-Spans-read">
        <span className="wbu-Faint">{t("Each curve is a span; its height is the share of the span's rows.")}</span>
      </p>
      <svg width={width} height={height} role="img" aria-label={sentence}>
        {column.shares.map((shares, span) => {
          const points = shares.map((share, bin): [number, number] => [x(bin), floor(span) - (share / most) * step * OVERLAP]);
          const line = curve(points);
          return (
            <g key={span}>
              <title>{data.spans[span]?.name}</title>
              {line ? <path className="wbu-Ridge-body" d={`${line}L${String(x(bins - 1))},${String(floor(span))}L${String(x(0))},${String(floor(span))}Z`} /> : null}
              {line ? <path className="wbu-Ridge-line" d={line} /> : null}
              <line className="wbu-Chart-grid" x1={LEFT} x2={LEFT + wide} y1={floor(span) + 0.5} y2={floor(span) + 0.5} />
              {span % every === 0 ? (
                <text x={LEFT - 7} y={floor(span) - 1} textAnchor="end">
                  {cut(data.spans[span]?.name ?? "", 13)}
                </text>
              ) : null}
            </g>
          );
        })}
        {Array.from({ length: bins }, (_, bin) => bin).filter((bin) => bin % everyBin === 0).map((bin) => (
          <text key={bin} x={column.kind === "ranges" ? x(bin - 0.5) : x(bin)} y={height - 5} textAnchor="middle">
            {cut(column.kind === "ranges" ? (column.marks[bin] ?? "") : labelOf(column, bin, { t }), 11)}
          </text>
        ))}
      </svg>
    </div>
  );
}

/** A smooth line through points that never passes beyond them: slopes are flat at highs and lows. */
export function curve(points: readonly [number, number][]): string {
  const slopes = points.map(([x, y], place) => {
    const [before, after] = [points[place - 1], points[place + 1]];
    if (!before || !after) {
      return 0;
    }
    const [left, right] = [(y - before[1]) / (x - before[0]), (after[1] - y) / (after[0] - x)];
    return left * right <= 0 ? 0 : (2 * left * right) / (left + right);
  });
  return points
    .map(([x, y], place) => {
      const before = points[place - 1];
      if (!before) {
        return `M${x.toFixed(1)},${y.toFixed(1)}`;
      }
      const third = (x - before[0]) / 3;
      return `C${(before[0] + third).toFixed(1)},${(before[1] + third * (slopes[place - 1] ?? 0)).toFixed(1)} ${(x - third).toFixed(1)},${(y - third * (slopes[place] ?? 0)).toFixed(1)} ${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join("");
}
