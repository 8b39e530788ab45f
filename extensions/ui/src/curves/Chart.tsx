/** One picture of one metric: lines, values at their ends, a cursor for pointer and arrows. */

import { useId, useMemo, useState, type JSX, type KeyboardEvent, type PointerEvent } from "react";
import type { Point } from "../data.js";
import { formatCount, formatNumber } from "../format.js";
import { useSize } from "../Frame.js";
import type { Language } from "../text.js";
import { decimals, smooth, spread, thin, ticks, type Group } from "./scale.js";

const LEFT = 52;
const TOP = 28;
const BOTTOM = 22;
export const TONES = ["var(--wbu-c1)", "var(--wbu-c2)", "var(--wbu-c3)", "var(--wbu-c4)", "var(--wbu-c5)"];

interface ChartProps extends Language {
  group: Group;
  tone: number;
  smoothing: number;
  height: number;
}

export function Chart({ group, tone, smoothing, height, t, locale }: ChartProps): JSX.Element {
  const [measure, width] = useSize<HTMLDivElement>(560, height);
  const [cursor, setCursor] = useState<number | null>(null);
  const clip = useId();
  const lines = useMemo(
    () =>
      group.lines.map(({ label, series }, index) => ({
        label,
        key: series.key,
        colour: TONES[(group.lines.length === 1 ? tone : index) % TONES.length] ?? "currentcolor",
        raw: series.points,
        smoothed: smooth(series.points, smoothing),
      })),
    [group, smoothing, tone],
  );
  const steps = lines.flatMap(({ raw }) => [raw[0]?.[0], raw.at(-1)?.[0]]).filter((each) => each !== undefined);
  const values = lines.flatMap(({ raw }) => raw.flatMap(([, value]) => (value === null ? [] : [value])));
  const [x0, x1] = [min(steps, 0), max(steps, 1)];
  let [y0, y1] = [min(values, 0), max(values, 1)];
  const pad = (y1 - y0 || Math.abs(y0) || 1) * 0.06;
  [y0, y1] = [y0 - pad, y1 + pad];
  const right = group.lines.length > 1 ? 128 : 68; // room for the words at the lines' ends
  const inner = Math.max(40, width - LEFT - right);
  const x = (step: number): number => LEFT + (inner * (step - x0)) / (x1 - x0 || 1);
  const y = (value: number): number => TOP + (height - TOP - BOTTOM) * (1 - (value - y0) / (y1 - y0));
  const marks = ticks(y0, y1, Math.max(3, Math.floor((height - TOP - BOTTOM) / 30)));
  const places = decimals(marks);
  const ends = lines.map(({ smoothed }) => lastPoint(smoothed));
  const tops = spread(ends.map((end) => (end ? y(end[1]) : 0)), 14);
  const onKey = (event: KeyboardEvent): void => {
    const move = { ArrowLeft: -1, ArrowRight: 1, PageUp: 10, PageDown: -10 }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      const known = lines[0]?.raw ?? [];
      const at = known.findIndex(([step]) => step >= (cursor ?? x1));
      setCursor(known[Math.min(known.length - 1, Math.max(0, at + move))]?.[0] ?? null);
    } else if (event.key === "Escape") {
      setCursor(null);
    }
  };
  const onMove = (event: PointerEvent<SVGSVGElement>): void => {
    const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setCursor(Math.round(x0 + ((at - LEFT) / inner) * (x1 - x0)));
  };
  const shown = cursor === null ? null : Math.min(x1, Math.max(x0, cursor));
  return (
    <div className="wbu-Chart" ref={measure}>
      <svg
        width={width}
        height={height}
        role="img"
        tabIndex={0}
        aria-label={lines.map((line) => sentence(line.key, line.raw, t, locale)).join(" ")}
        onPointerMove={onMove}
        onPointerLeave={() => { setCursor(null); }}
        onKeyDown={onKey}
        onBlur={() => { setCursor(null); }}
      >
        <clipPath id={clip}>
          <rect x={LEFT - 2} y={TOP - 4} width={inner + 4} height={height - TOP - BOTTOM + 8} />
        </clipPath>
        {shown === null ? (
          <text className="wbu-Chart-title" x={LEFT} y={15}>
            {group.title}
          </text>
        ) : null}
        {marks.map((mark) => (
          <g key={mark}>
            <line className="wbu-Chart-grid" x1={LEFT} x2={LEFT + inner} y1={y(mark)} y2={y(mark)} />
            <text x={LEFT - 8} y={y(mark) + 4} textAnchor="end">
              {tickText(mark, places, locale)}
            </text>
          </g>
        ))}
        <text x={LEFT} y={height - 5}>
          {formatCount(x0, locale)}
        </text>
        <text x={LEFT + inner} y={height - 5} textAnchor="end">
          {t("step")} {formatCount(x1, locale)}
        </text>
        <g clipPath={`url(#${clip})`} fill="none" strokeLinejoin="round">
          {smoothing > 0
            ? lines.map(({ key, raw, colour }) => <path key={key} d={path(thin(raw, inner * 2), x, y)} stroke={colour} opacity={0.28} />)
            : null}
          {lines.map(({ key, smoothed, colour }) => (
            <path key={key} d={path(thin(smoothed, inner * 2), x, y)} stroke={colour} strokeWidth={1.7} />
          ))}
        </g>
        {lines.map(({ key, label, colour }, index) => {
          const end = ends[index];
          return end ? (
            <g key={key} style={{ fill: colour }}>
              <circle cx={x(end[0])} cy={y(end[1])} r={3} />
              <text className="wbu-Chart-end" x={x(end[0]) + 8} y={(tops[index] ?? 0) + 4} style={{ fill: colour }}>
                {formatNumber(end[1], locale)}
                {label ? <tspan className="wbu-Chart-label"> {label}</tspan> : null}
              </text>
            </g>
          ) : null;
        })}
        {shown === null ? null : (
          <g className="wbu-Chart-cursor">
            <line x1={x(shown)} x2={x(shown)} y1={TOP - 4} y2={height - BOTTOM} />
            {lines.map(({ key, smoothed, colour }) => {
              const value = valueAt(smoothed, shown);
              return value === null ? null : <circle key={key} cx={x(shown)} cy={y(value)} r={3.5} style={{ fill: colour }} />;
            })}
            <text x={LEFT} y={15}>
              {t("step")} {formatCount(shown, locale)}
              {lines.map(({ key, label, smoothed, colour }) => (
                <tspan key={key} dx={8} style={{ fill: colour }}>
                  {label ? `${label} ` : ""}
                  {formatNumber(valueAt(smoothed, shown), locale, 4)}
                </tspan>
              ))}
            </text>
          </g>
        )}
      </svg>
    </div>
  );
}

function tickText(mark: number, places: number, locale: string): string {
  return Math.abs(mark) >= 1e6 || (mark !== 0 && Math.abs(mark) < 1e-4)
    ? formatNumber(mark, locale, 2)
    : mark.toLocaleString(locale, { minimumFractionDigits: places, maximumFractionDigits: places }).replace("-", "−");
}

function min(values: readonly number[], otherwise: number): number {
  return values.length === 0 ? otherwise : values.reduce((a, b) => Math.min(a, b));
}

function max(values: readonly number[], otherwise: number): number {
  return values.length === 0 ? otherwise : values.reduce((a, b) => Math.max(a, b));
}

function lastPoint(points: readonly Point[]): [number, number] | null {
  const [step, value] = points.findLast(([, each]) => each !== null) ?? [0, null];
  return value === null ? null : [step, value];
}

/** The value at a step, or the last before it. */
function valueAt(points: readonly Point[], step: number): number | null {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? Infinity) <= step) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return points[low - 1]?.[1] ?? null;
}

function path(points: readonly Point[], x: (step: number) => number, y: (value: number) => number): string {
  let isDrawing = false;
  let text = "";
  for (const [step, value] of points) {
    if (value === null) {
      isDrawing = false;
      continue;
    }
    text += `${isDrawing ? "L" : "M"}${x(step).toFixed(1)},${y(value).toFixed(1)}`;
    isDrawing = true;
  }
  return text;
}

function sentence(key: string, points: readonly Point[], t: Language["t"], locale: string): string {
  const known = points.filter((point): point is [number, number] => point[1] !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) {
    return `${key}: –.`;
  }
  const values = known.map(([, value]) => value);
  const show = (value: number): string => formatNumber(value, locale);
  return t("%1 from %2 at step %3 to %4 at step %5, lowest %6, highest %7.", key, show(first[1]), first[0], show(last[1]), last[0], show(min(values, 0)), show(max(values, 0)));
}
