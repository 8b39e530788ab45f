/** The point-in-time join of a few rows, on a time axis: what each view knew at the row's time, and what it passed over. */

import { useId, useState, type JSX, type KeyboardEvent } from "react";
import { formatCount, formatTime } from "../format.js";
import { Frame, useSize } from "../Frame.js";
import { languageOf, type HostProps, type Language } from "../text.js";
import { lasting } from "./Freshness.js";
import type { Candidate, JoinedRow, JoinedView } from "./model.js";
import { timeMarks } from "./timeAxis.js";

export interface JoinPictureProps extends HostProps {
  rows: readonly JoinedRow[];
}

const ROW = 22;
const AXIS = 20;
const PAD = 10;
/** A window that is so many times as long as what is drawn is not drawn whole. */
const LONG = 4;
/** What became known so many times as long after the row's time as it happened before is cut off at the edge. */
const AFTER = 0.7;

const GLYPHS: Readonly<Record<string, string>> = { present: "✓", missing: "–", expired: "✕" };

export function JoinPicture(props: JoinPictureProps): JSX.Element {
  const { rows } = props;
  const language = languageOf(props);
  const { t, locale } = language;
  // First a row that finds something everywhere, which says most.
  const [chosen, setChosen] = useState(() => Math.max(0, rows.findIndex(({ views }) => views.every(({ status }) => status === "present"))));
  const name = useId();
  const place = Math.min(chosen, rows.length - 1);
  const row = rows[place];
  const isOne = rows.length === 1;
  const label = isOne ? t("What the row finds") : t("What each row finds");
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = (place + step + rows.length) % rows.length;
      setChosen(next);
      event.currentTarget.querySelectorAll<HTMLElement>('[role="radio"]')[next]?.focus();
    }
  };
  return (
    <Frame label={label} className="wbu-Join">
      <header className="wbu-Head">
        <strong id={name}>{label}</strong>
        <span className="wbu-Faint">
          {isOne
            ? [t("row %1", formatCount(row?.row ?? 0, locale)), row?.at === null ? "" : formatTime(row?.at, locale)].filter(Boolean).join(" · ")
            : t("a few rows of the spine; each feature as it was known then")}
        </span>
      </header>
      <div className="wbu-Join-rows" hidden={isOne} role="radiogroup" aria-labelledby={name} onKeyDown={onKeyDown}>
        {rows.map((each, index) => (
          <button
            key={each.row}
            type="button"
            role="radio"
            aria-checked={index === place}
            tabIndex={index === place ? 0 : -1}
            className="wbu-Join-row"
            title={each.label}
            onClick={() => { setChosen(index); }}
          >
            <span>{t("row %1", formatCount(each.row, locale))}</span>
            <span className="wbu-Faint">{formatTime(each.at, locale)}</span>
            <span className="wbu-Join-glyphs" aria-hidden="true">
              {each.views.map(({ view, status }) => <span key={view} className="wbu-Join-status" data-status={status}>{GLYPHS[status] ?? ""}</span>)}
            </span>
          </button>
        ))}
      </div>
      {row ? row.views.map((view) => <View key={view.view} row={row} view={view} language={language} />) : null}
      <p className="wbu-Join-key wbu-Faint">
        <svg width="44" height="12" aria-hidden="true"><line className="wbu-Join-wait" x1="6" x2="36" y1="6" y2="6" /><circle className="wbu-Join-event" cx="6" cy="6" r="4" /><line className="wbu-Join-known" x1="36" x2="36" y1="1" y2="11" /></svg>
        {t("happened, and from when it was known")}
        <svg width="14" height="12" aria-hidden="true"><line className="wbu-Join-at" x1="7" x2="7" y1="0" y2="12" /></svg>
        {t("the row's time")}
        <svg width="22" height="12" aria-hidden="true"><rect className="wbu-Join-window" width="22" height="12" /></svg>
        {t("young enough to answer")}
      </p>
    </Frame>
  );
}

interface IViewProps {
  row: JoinedRow;
  view: JoinedView;
  language: Language;
}

function View({ row, view, language }: IViewProps): JSX.Element {
  const { t, locale } = language;
  const [measure, width] = useSize<HTMLDivElement>(620, AXIS);
  const at = row.at ?? 0;
  const [from, to] = domainOf(at, view);
  const wide = Math.max(60, width);
  const x = (moment: number): number => PAD + ((moment - from) / (to - from || 1)) * (wide - 2 * PAD);
  const words: Record<string, string> = { present: t("found"), missing: t("nothing known"), expired: t("too old") };
  return (
    <section className="wbu-Join-view" aria-label={view.view}>
      <p className="wbu-Join-title">
        <strong>{view.view}</strong>
        <span className="wbu-Faint">{view.keys}</span>
        <span className="wbu-Join-status" data-status={view.status}>
          <span aria-hidden="true">{GLYPHS[view.status] ?? ""} </span>
          {words[view.status] ?? view.status}
        </span>
        <span>
          {view.feature} <b>{view.value ?? "–"}</b>
        </span>
        <span className="wbu-Faint">
          {view.isStatic
            ? t("holds at any time")
            : view.ttl === null
              ? t("any age answers")
              : view.isAggregated
                ? t("of the last %1", lasting(view.ttl, language))
                : t("answers for %1", lasting(view.ttl, language))}
        </span>
      </p>
      {view.isStatic || view.candidates.length === 0 ? null : (
        <table className="wbu-Join-table">
          <thead>
            <tr>
              <th scope="col" className="wbu-Join-axis">
                <span className="wbu-Hidden">{t("on a time axis")}</span>
                <div ref={measure}>
                  <svg width={wide} height={AXIS} aria-hidden="true">
                    {timeMarks(from, to, Math.max(1, Math.floor(wide / 105)), locale).map(({ at: moment, text }) => (
                      <text key={moment} x={Math.min(Math.max(x(moment), 30), wide - 34)} y={14} textAnchor="middle">{text}</text>
                    ))}
                  </svg>
                </div>
              </th>
              <th scope="col" className="wbu-Right">{view.feature}</th>
              <th scope="col" className="wbu-Right" title={t("from the row's time on")}>{t("happened")}</th>
              <th scope="col" className="wbu-Right" title={t("from the row's time on")}>{t("known")}</th>
              <th scope="col">{t("verdict")}</th>
            </tr>
          </thead>
          <tbody>
            {view.candidates.map((candidate, place) => (
              <tr key={place} data-chosen={candidate.reason === null}>
                <td className="wbu-Join-axis">
                  <svg width={wide} height={ROW} aria-hidden="true">
                    <rect className="wbu-Join-window" x={x(view.ttl === null ? from : Math.max(from, at - view.ttl))} width={Math.max(0, x(at) - x(view.ttl === null ? from : Math.max(from, at - view.ttl)))} height={ROW} />
                    <Mark candidate={candidate} x={x} at={at} to={to} />
                    <line className="wbu-Join-at" x1={x(at)} x2={x(at)} y1={0} y2={ROW} />
                  </svg>
                </td>
                <td className="wbu-Right">{candidate.value ?? "–"}</td>
                <td className="wbu-Right" title={formatTime(candidate.event, locale)}>{fromRow(candidate.event, at, language)}</td>
                <td className="wbu-Right" title={formatTime(candidate.visible, locale)}>{fromRow(candidate.visible, at, language)}</td>
                <td>{verdict(candidate, view, language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Mark(props: { candidate: Candidate; x: (moment: number) => number; at: number; to: number }): JSX.Element {
  const { candidate, x, at, to } = props;
  const middle = ROW / 2;
  const isBeyond = candidate.visible > to;
  const end = x(Math.min(candidate.visible, to));
  const isChosen = candidate.reason === null;
  const isUnknown = candidate.visible > at;
  return (
    <g className="wbu-Join-mark" data-chosen={isChosen} data-unknown={isUnknown}>
      <line className="wbu-Join-wait" x1={x(Math.min(candidate.event, to))} x2={end} y1={middle} y2={middle} />
      {isBeyond ? (
        <path className="wbu-Join-beyond" d={`M${String(end - 4)},${String(middle - 4)}l5,4l-5,4`} />
      ) : (
        <line className="wbu-Join-known" x1={end} x2={end} y1={middle - 6} y2={middle + 6} />
      )}
      {candidate.event > to ? null : (
        <circle className="wbu-Join-event" cx={x(candidate.event)} cy={middle} r={isChosen ? 5 : 4} />
      )}
    </g>
  );
}

function verdict({ reason }: Candidate, view: JoinedView, language: Language): JSX.Element {
  const { t } = language;
  if (reason === null) {
    return <span className="wbu-Join-status" data-status="present"><span aria-hidden="true">✓ </span>{view.isAggregated ? t("counted") : t("taken")}</span>;
  }
  const words = {
    expired: view.ttl === null ? t("too old") : t("older than %1", lasting(view.ttl, language)),
    late: t("not known yet"),
    tie: t("tied, and known earlier"),
    older: t("a newer one was known"),
    future: t("had not happened yet"),
    null: t("has no value"),
  };
  return <span className="wbu-Faint">{words[reason]}</span>;
}

/** How long after the row's time, with its sign: `−2 hr`, `+20 min`. */
function fromRow(moment: number, at: number, language: Language): string {
  return moment === at ? "0" : `${moment < at ? "−" : "+"}${lasting(Math.abs(moment - at), language)}`;
}

/** From the first of what is drawn to the last, with the window where it is not much longer. */
export function domainOf(at: number, { candidates, ttl }: Pick<JoinedView, "candidates" | "ttl">): [number, number] {
  const first = candidates.reduce((least, { event }) => Math.min(least, event), at);
  const last = candidates.reduce((most, { visible }) => Math.max(most, visible), at);
  const begin = ttl !== null && ttl <= LONG * Math.max(at - first, 1) ? Math.min(first, at - ttl) : first;
  // What was to come is told by words; what was known takes most of the room.
  const end = begin < at ? Math.min(last, at + AFTER * (at - begin)) : last;
  const spare = (end - begin || 60_000) * 0.03;
  return [begin - spare, end + spare];
}
