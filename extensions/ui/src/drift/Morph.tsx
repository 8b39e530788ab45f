/** One distribution turning into the next: played, or drawn by hand from one end to the other. */

import { useEffect, useRef, useState, type JSX } from "react";
import { useSize } from "../Frame.js";
import type { Language } from "../text.js";
import { Bars } from "./Bars.js";
import type { DriftColumn, DriftData } from "./model.js";

const TRAVEL = 1100;
const REST = 450;

interface MorphProps extends Language {
  data: DriftData;
  column: DriftColumn;
  height: number;
  sentence: string;
  hot: number | null;
}

export function Morph({ data, column, height, sentence, hot, t, locale }: MorphProps): JSX.Element {
  const [measure, width] = useSize<HTMLDivElement>(700, height);
  const end = data.spans.length - 1;
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const place = useRef(0);
  place.current = at;
  useEffect(() => {
    if (!isPlaying) {
      return undefined;
    }
    const from = place.current >= end ? 0 : place.current;
    const began = performance.now();
    let asked = 0;
    const step = (now: number): void => {
      const next = position(from, now - began);
      setAt(Math.min(end, next));
      if (next >= end) {
        setPlaying(false);
      } else {
        asked = requestAnimationFrame(step);
      }
    };
    asked = requestAnimationFrame(step);
    return () => { cancelAnimationFrame(asked); };
  }, [isPlaying, end]);
  const name = (span: number): string => data.spans[span]?.name ?? "";
  const here = Math.round(at);
  const words = Math.abs(at - here) < 0.02 ? name(here) : t("%1 % of the way from %2 to %3", Math.round(100 * (at - Math.floor(at))), name(Math.floor(at)), name(Math.floor(at) + 1));
  return (
    <div ref={measure}>
      <div className="wbu-Drift-play">
        <button type="button" className="wbu-Button" aria-pressed={isPlaying} onClick={() => { setPlaying(!isPlaying); }}>
          <span aria-hidden="true">{isPlaying ? "❙❙ " : "▶ "}</span>
          {isPlaying ? t("Pause") : t("Play")}
        </button>
        <span className="wbu-Drift-end">{name(0)}</span>
        <input
          type="range"
          min={0}
          max={end}
          step={0.01}
          value={at}
          aria-label={t("From %1 to %2", name(0), name(end))}
          aria-valuetext={words}
          onChange={(event) => {
            setPlaying(false);
            setAt(Number(event.target.value));
          }}
          onKeyDown={(event) => {
            const move = { ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1, PageDown: -1, PageUp: 1 }[event.key];
            if (move !== undefined) {
              event.preventDefault();
              setAt(Math.min(end, Math.max(0, Number((at + move).toFixed(2)))));
            }
          }}
        />
        <span className="wbu-Drift-end">{name(end)}</span>
        <span className="wbu-Drift-now">{words}</span>
      </div>
      <svg width={width} height={height} role="img" aria-label={sentence}>
        <Bars column={column} at={at} width={width} height={height} hot={hot} t={t} locale={locale} />
      </svg>
    </div>
  );
}

/** Where the picture is after a time: each span is travelled to slowly at both ends, and rested at. */
export function position(from: number, time: number): number {
  const start = Math.floor(from);
  const first = 1 - (from - start);
  let left = time;
  let [at, way] = [from, first];
  for (;;) {
    const travel = TRAVEL * way;
    if (left < travel) {
      const share = left / travel;
      return at + way * (share < 0.5 ? 2 * share * share : 1 - (2 - 2 * share) ** 2 / 2);
    }
    left -= travel;
    [at, way] = [at + way, 1];
    if (left < REST) {
      return at;
    }
    left -= REST;
  }
}
