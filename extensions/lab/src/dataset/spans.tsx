/** A dataset's spans: how many rows each holds, as bars by split and as a table. */

import { Spans as Through, ticks } from "@workbench/ui";
import * as React from "react";
import { CodeView } from "../code";
import { RecordTable } from "../table";
import { CommandIDs, type ISpans } from "../tokens";
import { whole, type ILanguage } from "../wording";
import { Nothing, Part } from "./part";
import type { IDatasetProps } from "./tabs";

const HEIGHT = 150;
const LEFT = 52;
const TOP = 8;
const BOTTOM = 20;
/** The width of a letter of a name under the bars, and the room between two names. */
const LETTER = 6.6;
const BETWEEN = 24;
/** The least height of a bar, in pixels. */
const LEAST = 1.5;

export function Spans(props: IDatasetProps): React.JSX.Element {
  const { commands, language } = props;
  const { trans } = language;
  return (
    <Part {...props} name="spans">
      {({ tables, spans, through, code }) =>
        spans ? (
          <>
            <Bars spans={spans} language={language} />
            {through && "spans" in through ? (
              <Through
                data={through}
                locale={language.locale}
                code={code}
                height={340}
                onInsertCode={(text) => void commands.execute(CommandIDs.insertText, { code: text })}
              />
            ) : null}
            {tables.map((table) => (
              <RecordTable key={table.title} {...props} table={table} />
            ))}
            {!through && code ? (
              <CodeView
                title={trans.__("How the values move from span to span: this line draws it, and it stays here")}
                code={code}
                commands={commands}
                trans={trans}
              />
            ) : null}
          </>
        ) : (
          <Nothing
            {...props}
            text={trans.__("Its rows came in one piece. Rows that are kept apart by their time are shown here span by span.")}
            code={code ?? ""}
          />
        )
      }
    </Part>
  );
}

function Bars({ spans, language }: { spans: ISpans; language: ILanguage }): React.JSX.Element {
  const { names, splits, rows } = spans;
  const { trans } = language;
  const box = React.useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [pointed, setPointed] = React.useState<number | null>(null);
  const sums = names.map((_, place) => rows.reduce((sum, each) => sum + (each[place] ?? 0), 0));
  const most = Math.max(...sums, 1);
  const step = (width - LEFT) / Math.max(names.length, 1);
  const gap = step > 6 ? Math.min(step * 0.2, 6) : 0;
  const y = (count: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / most);
  const marks = ticks(0, most, 3).filter(Number.isInteger);
  const half = (names.reduce((longest, name) => Math.max(longest, name.length), 0) * LETTER) / 2;
  const every = Math.max(1, Math.ceil((2 * half + BETWEEN) / step));
  const at = pointed !== null && pointed < names.length ? pointed : null;
  const sentence = trans.__(
    "Rows of each span from %1 to %2: at least %3, at most %4. The table below has the figures.",
    names[0] ?? "",
    names.at(-1) ?? "",
    whole(Math.min(...sums), language),
    whole(most, language),
  );
  return (
    <figure className="wb-Card wb-Bars">
      <figcaption className="wb-Card-title">
        {trans.__("Rows by span")}
        {splits.length > 1
          ? splits.map((split, place) => (
              <span key={split} className="wb-Faint">
                <span className="wb-Key" style={{ background: tone(place) }} aria-hidden="true" />
                {split}
              </span>
            ))
          : null}
        <span className="wb-Spread" />
        <span className="wb-Faint">
          {at === null
            ? ""
            : [
                names[at],
                whole(sums[at] ?? 0, language),
                ...(splits.length > 1 ? splits.map((split, place) => `${split} ${whole(rows[place]?.[at] ?? 0, language)}`) : []),
              ].join(" · ")}
        </span>
      </figcaption>
      <div
        ref={box}
        className="wb-Bars-box"
        onPointerMove={(event) => {
          const x = event.clientX - event.currentTarget.getBoundingClientRect().left - LEFT;
          setPointed(x < 0 ? null : Math.floor(x / step));
        }}
        onPointerLeave={() => {
          setPointed(null);
        }}
      >
        <svg width={width} height={HEIGHT} role="img" aria-label={sentence}>
          {marks.map((count) => (
            <g key={count}>
              <line x1={LEFT} x2={width} y1={y(count)} y2={y(count)} className="wb-Bars-grid" />
              <text x={LEFT - 8} y={y(count) + 4} textAnchor="end">
                {whole(count, language)}
              </text>
            </g>
          ))}
          {at === null ? null : <rect x={LEFT + at * step} y={TOP} width={step} height={HEIGHT - TOP - BOTTOM} className="wb-Bars-pointed" />}
          {rows.map((_, place) => (
            <path key={place} d={bars(rows, place, step, gap, y)} fill={tone(place)} />
          ))}
          <line x1={LEFT} x2={width} y1={y(0)} y2={y(0)} className="wb-Bars-axis" />
          {names.map((name, place) => {
            const middle = LEFT + (place + 0.5) * step;
            return place % every === 0 && middle + half < width + BETWEEN ? (
              <text key={place} x={Math.min(middle, width - half)} y={HEIGHT - 5} textAnchor="middle">
                {name}
              </text>
            ) : null;
          })}
        </svg>
      </div>
    </figure>
  );
}

/** The bars of one split on top of those before it, as one path: thousands are no burden. Few rows are a line still. */
function bars(
  rows: readonly (readonly number[])[],
  split: number,
  step: number,
  gap: number,
  y: (count: number) => number,
): string {
  return (rows[split] ?? [])
    .map((count, place) => {
      const under = rows.slice(0, split).reduce((sum, each) => sum + (each[place] ?? 0), 0);
      const left = (LEFT + place * step + gap / 2).toFixed(1);
      return count === 0
        ? ""
        : `M${left},${y(under).toFixed(1)}V${Math.min(y(under + count), y(under) - LEAST).toFixed(1)}h${(step - gap).toFixed(2)}V${y(under).toFixed(1)}Z`;
    })
    .join("");
}

function tone(place: number): string {
  return `var(--wb-series-${(place % 5) + 1})`;
}

function useWidth(element: React.RefObject<HTMLElement>): number {
  const [width, setWidth] = React.useState(1000);
  React.useLayoutEffect(() => {
    const node = element.current;
    if (!node) {
      return undefined;
    }
    const observer = new ResizeObserver(() => {
      setWidth(Math.max(node.clientWidth, 200));
    });
    observer.observe(node);
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return width;
}
