/** The shares of a column's values, stacked span by span. */

import type { JSX } from "react";
import { spread } from "../curves/scale.js";
import { formatShare } from "../format.js";
import { useSize } from "../Frame.js";
import { cut, type ChartProps } from "./HeatMap.js";
import { labelOf, UNIT } from "./model.js";

const LEFT = 52;
const RIGHT = 190;
const BOTTOM = 22;
const TONES = ["var(--wbu-c1)", "var(--wbu-c2)", "var(--wbu-c3)", "var(--wbu-c4)", "var(--wbu-c5)"];

export function Shares({ data, column, height, sentence, t, locale }: ChartProps): JSX.Element {
  const [measure, width] = useSize<HTMLDivElement>(800, height);
  const spans = data.spans.length;
  const wide = Math.max(40, width - LEFT - RIGHT) / spans;
  const tall = height - BOTTOM - 6;
  const names = [...column.marks.map((_, bin) => labelOf(column, bin, { t })), t("missing")];
  const shares = column.shares.map((each, span) => [...each, column.missing[span] ?? 0]);
  const tone = (bin: number): { fill: string; opacity: number } => (bin < TONES.length && names[bin] !== t("all others") ? { fill: TONES[bin] ?? "", opacity: 0.88 } : { fill: "var(--wbu-faint)", opacity: bin === names.length - 1 ? 0.16 : Math.max(0.28, 0.6 - 0.05 * (bin - TONES.length)) });
  const floors = shares.map((each) => {
    let sum = 0;
    return each.map((share) => { sum += share; return sum; });
  });
  const last = floors.at(-1) ?? [];
  const shown = names.map((_, bin) => bin).filter((bin) => shares.some((each) => (each[bin] ?? 0) > 0));
  const middles = shown.map((bin) => 6 + tall * (1 - ((last[bin] ?? 0) - (shares.at(-1)?.[bin] ?? 0) / 2) / UNIT));
  const places = spread(middles, 15);
  const every = Math.max(1, Math.ceil(46 / wide));
  return (
    <div ref={measure}>
      <p className="wbu-Spans-read">
        <span className="wbu-Faint">{t("Shares of each span's rows; at the right, those of the last span.")}</span>
      </p>
      <svg width={width} height={height} role="img" aria-label={sentence}>
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <text key={share} x={LEFT - 8} y={6 + tall * (1 - share) + 4} textAnchor="end">
            {share === 0 ? "0" : `${String(100 * share)} %`}
          </text>
        ))}
        {shares.map((each, span) =>
          each.map((share, bin) =>
            share === 0 ? null : (
              <rect key={`${String(span)}-${String(bin)}`} x={LEFT + span * wide} y={6 + tall * (1 - (floors[span]?.[bin] ?? 0) / UNIT)} width={Math.max(0.5, wide - (wide > 6 ? 1.5 : 0))} height={Math.max(0.5, (tall * share) / UNIT - 0.5)} fill={tone(bin).fill} fillOpacity={tone(bin).opacity}>
                <title>{`${data.spans[span]?.name ?? ""} · ${names[bin] ?? ""}: ${formatShare(share, UNIT, locale)}`}</title>
              </rect>
            ),
          ),
        )}
        {shown.map((bin, place) => {
          const y = places[place] ?? 0;
          return (
            <g key={bin}>
              <path className="wbu-Shares-lead" d={`M${String(LEFT + spans * wide + 2)},${(middles[place] ?? 0).toFixed(1)}L${String(LEFT + spans * wide + 12)},${y.toFixed(1)}`} />
              <text x={LEFT + spans * wide + 16} y={y + 4}>
                <tspan className="wbu-Shares-name">{cut(names[bin] ?? "", 14)}</tspan> {formatShare(shares.at(-1)?.[bin] ?? 0, UNIT, locale)}
              </text>
            </g>
          );
        })}
        {data.spans.map((span, place) =>
          place % every === 0 ? (
            <text key={place} x={LEFT + (place + 0.5) * wide} y={height - 5} textAnchor="middle">
              {cut(span.name, 12)}
            </text>
          ) : null,
        )}
      </svg>
    </div>
  );
}
