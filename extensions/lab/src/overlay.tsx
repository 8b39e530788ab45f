/** Runs over one another: a metric's curve of each, named by the table that has the same colours. */

import * as React from "react";
import type { CurveData } from "@workbench/ui";
import { significant, type ILanguage } from "./wording";

const WIDTH = 620;
const HEIGHT = 220;
const LEFT = 48;
const RIGHT = 14;
const TOP = 28;
const BOTTOM = 26;

/** Colours and dashes: when colours come around again, the dash tells lines apart. */
export function strokeOf(place: number): { stroke: string; strokeDasharray: string | undefined } {
  return {
    stroke: `var(--wb-series-${(place % 5) + 1})`,
    strokeDasharray: [undefined, "6 3", "2 3"][Math.floor(place / 5) % 3],
  };
}

export function Overlay(props: {
  metric: string;
  curves: readonly CurveData[];
  language: ILanguage;
}): React.JSX.Element | null {
  const { metric, curves, language } = props;
  const lines = curves.map((each) =>
    (each.series.find((series) => series.key === metric)?.points ?? []).filter(
      (point): point is [number, number] => point[1] !== null,
    ),
  );
  const points = lines.flat();
  if (points.length === 0) {
    return null;
  }
  const steps = extent(points.map(([step]) => step));
  const values = extent(points.map(([, value]) => value));
  const x = (step: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * (step - steps[0])) / span(steps);
  const y = (value: number): number =>
    TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - values[0]) / span(values));
  const sentence = language.trans.__("Curves of %1, one line a run; the table below has the figures.", metric);
  return (
    <figure className="wb-Card wb-Overlay">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={sentence}>
        <text x={LEFT} y={16} className="wb-Overlay-title">
          {metric}
        </text>
        {[0, 1, 2, 3].map((index) => {
          const value = values[0] + (span(values) * index) / 3;
          return (
            <g key={index}>
              <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} className="wb-Overlay-grid" />
              <text x={LEFT - 6} y={y(value) + 4} textAnchor="end">
                {significant(value, language)}
              </text>
            </g>
          );
        })}
        {lines.map((line, place) =>
          line.length === 0 ? null : (
            <g key={curves[place]?.run.id ?? place}>
              <path
                d={`M${line.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join("L")}`}
                fill="none"
                strokeWidth={1.7}
                {...strokeOf(place)}
              />
              <title>{curves[place]?.run.name}</title>
            </g>
          ),
        )}
        <text x={WIDTH - RIGHT} y={HEIGHT - 6} textAnchor="end">
          {language.trans.__("step")}
        </text>
      </svg>
    </figure>
  );
}

function extent(values: readonly number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}

function span([low, high]: readonly [number, number]): number {
  return high - low || 1;
}
