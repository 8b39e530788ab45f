/** Spans from left to right, bins from bottom to top, shares as depth of colour; lanes of figures under it. */

import { useState, type JSX, type KeyboardEvent, type PointerEvent } from "react";
import { formatCount, formatNumber, formatShare } from "../format.js";
import { useSize } from "../Frame.js";
import type { Language } from "../text.js";
import { binsOf, formatDrift, labelOf, UNIT, type SpanColumn, type SpansData } from "./model.js";

const LEFT = 92;
const RIGHT = 62;
const LANE = 26;

export interface ChartProps extends Language {
  data: SpansData;
  column: SpanColumn;
  height: number;
  sentence: string;
}

interface HeatMapProps extends ChartProps {
  /** Show by how much each share differs from its mean over the spans, not the share itself. */
  isChange: boolean;
}

export function HeatMap({ data, column, height, sentence, isChange, t, locale }: HeatMapProps): JSX.Element {
  const [measure, width] = useSize<HTMLDivElement>(800, height);
  const [at, setAt] = useState<[number, number] | null>(null);
  const bins = binsOf(column);
  const spans = data.spans.length;
  const tall = Math.max(60, height - 20 - 3 * LANE);
  const wide = Math.max(40, width - LEFT - RIGHT);
  const cell = { width: wide / spans, height: tall / Math.max(1, bins) };
  const isListed = column.kind === "values";
  const y = (bin: number): number => (isListed ? bin : bins - 1 - bin) * cell.height;
  const means = Array.from({ length: bins }, (_, bin) => column.shares.reduce((sum, shares) => sum + (shares[bin] ?? 0), 0) / spans);
  const values = isChange ? column.shares.map((shares) => shares.map((share, bin) => share - (means[bin] ?? 0))) : column.shares;
  const most = values.reduce((high, shares) => shares.reduce((a, b) => Math.max(a, Math.abs(b)), high), 1);
  const every = Math.max(1, Math.ceil((spans * 56) / wide));
  const everyBin = Math.max(1, Math.ceil(15 / cell.height));
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, isListed ? -1 : 1], ArrowDown: [0, isListed ? 1 : -1] }[event.key];
    if (step) {
      event.preventDefault();
      event.stopPropagation();
      const [span, bin] = at ?? [step[0] === 1 ? -1 : 0, 0];
      setAt([Math.min(spans - 1, Math.max(0, span + (step[0] ?? 0))), Math.min(bins - 1, Math.max(0, bin + (step[1] ?? 0)))]);
    } else if (event.key === "Escape") {
      setAt(null);
    }
  };
  const onMove = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const span = Math.floor((event.clientX - box.left - LEFT) / cell.width);
    const row = Math.floor((event.clientY - box.top) / cell.height);
    const isOver = span >= 0 && span < spans && event.clientY - box.top < height - 20;
    setAt(isOver ? [span, Math.min(bins - 1, Math.max(0, isListed ? row : bins - 1 - row))] : null);
  };
  const read = at ? readout(data, column, at, { t, locale }) : null;
  return (
    <div ref={measure}>
      <p className="wbu-Spans-read" role="status">
        {read ?? <span className="wbu-Faint">{isChange ? t("Blue: more than in the mean of the spans, orange: less. Arrows move over the cells.") : t("Stronger colour: more of the span's rows. Arrows move over the cells.")}</span>}
      </p>
      <svg width={width} height={height} role="img" aria-label={sentence} tabIndex={0} data-lm-suppress-shortcuts="true" onKeyDown={onKey} onPointerMove={onMove} onPointerLeave={() => { setAt(null); }}>
        <g transform={`translate(${String(LEFT)},0)`}>
          <rect width={wide} height={tall} className="wbu-Heat-ground" />
          {values.map((shares, span) =>
            shares.map((share, bin) =>
              Math.abs(share) < 0.5 ? null : (
                <rect key={`${String(span)}-${String(bin)}`} className="wbu-Heat-cell" data-less={share < 0} x={span * cell.width} y={y(bin)} width={Math.max(0.5, cell.width - (cell.width > 6 ? 1 : 0))} height={Math.max(0.5, cell.height - (cell.height > 6 ? 1 : 0))} fillOpacity={Math.max(0.05, (Math.abs(share) / most) ** (isChange ? 0.8 : 0.5))} />
              ),
            ),
          )}
          {at ? <rect className="wbu-Heat-cursor" x={at[0] * cell.width} y={y(at[1])} width={cell.width} height={cell.height} /> : null}
        </g>
        {Array.from({ length: bins }, (_, bin) => bin).filter((bin) => bin % everyBin === 0).map((bin) => (
          <text key={bin} x={LEFT - 7} y={column.kind === "ranges" ? y(bin) + cell.height + 1 : y(bin) + cell.height / 2 + 4} textAnchor="end">
            {cut(column.kind === "ranges" ? (column.marks[bin] ?? "") : labelOf(column, bin, { t }), 13)}
          </text>
        ))}
        <g transform={`translate(${String(LEFT)},${String(tall + 8)})`}>
          <Lane name={t("rows")} place={0} values={data.spans.map((each) => each.rows)} show={(value) => formatNumber(value, locale)} width={cell.width} all={wide} tone="var(--wbu-faint)" />
          <Lane name={t("missing")} place={1} values={column.missing} show={(value) => formatShare(value, UNIT, locale)} width={cell.width} all={wide} tone="var(--wbu-c2)" />
          <Lane name={t("moved")} place={2} values={column.moved} show={(value) => formatDrift(value, locale)} width={cell.width} all={wide} tone="var(--wbu-c4)" />
        </g>
        {data.spans.map((span, place) =>
          place % every === 0 ? (
            <text key={place} x={LEFT + (place + 0.5) * cell.width} y={height - 4} textAnchor="middle">
              {cut(span.name, 12)}
            </text>
          ) : null,
        )}
      </svg>
    </div>
  );
}

function readout(data: SpansData, column: SpanColumn, [span, bin]: [number, number], { t, locale }: Language): string {
  const { name, rows } = data.spans[span] ?? { name: "", rows: 0 };
  const share = column.shares[span]?.[bin] ?? 0;
  const parts = [t("%1, %2: %3 of %4 rows", name, labelOf(column, bin, { t }), formatShare(share, UNIT, locale), formatCount(rows, locale))];
  if (column.missing[span]) {
    parts.push(t("missing %1", formatShare(column.missing[span], UNIT, locale)));
  }
  const moved = column.moved[span];
  if (moved !== null && moved !== undefined) {
    parts.push(t("moved %1 from the span before", formatDrift(moved, locale)));
  }
  return parts.join(" · ");
}

interface LaneProps {
  name: string;
  place: number;
  values: readonly (number | null)[];
  show: (value: number) => string;
  width: number;
  all: number;
  tone: string;
}

/** A figure a span, as small bars; the greatest is written at the end. */
function Lane({ name, place, values, show, width, all, tone }: LaneProps): JSX.Element {
  const most = values.reduce<number>((high, each) => Math.max(high, each ?? 0), 0);
  const floor = (place + 1) * LANE - 4;
  return (
    <g>
      <text x={-7} y={floor - 4} textAnchor="end">
        {name}
      </text>
      <line className="wbu-Chart-grid" x1={0} x2={all} y1={floor + 0.5} y2={floor + 0.5} />
      {most > 0
        ? values.map((value, span) => {
            const tall = ((value ?? 0) / most) * (LANE - 8);
            return tall > 0 ? <rect key={span} x={span * width} y={floor - Math.max(tall, 0.8)} width={Math.max(0.5, width - (width > 6 ? 1 : 0))} height={Math.max(tall, 0.8)} fill={tone} /> : null;
          })
        : null}
      <text x={all + 7} y={floor - 4}>
        {most > 0 ? show(most) : "0"}
      </text>
    </g>
  );
}

export function cut(words: string, most: number): string {
  return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}
