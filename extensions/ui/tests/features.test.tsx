/** Features' pictures: what was taken of a join and why, how values move, how fresh they are. */

import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Freshness, lasting } from "../src/features/Freshness.js";
import { domainOf, JoinPicture } from "../src/features/JoinPicture.js";
import type { Candidate, JoinedRow, JoinedView, ThroughData } from "../src/features/model.js";
import { ThroughTime } from "../src/features/ThroughTime.js";
import { timeMarks } from "../src/features/timeAxis.js";

afterEach(cleanup);

const HOUR = 3_600_000;
const AT = Date.UTC(2013, 0, 1, 10);

const candidate = (event: number, known: number, reason: Candidate["reason"], value = String(event)): Candidate => ({
  event: AT + event * HOUR,
  created: AT + known * HOUR,
  visible: AT + known * HOUR,
  value,
  reason,
});

const view = (more: Partial<JoinedView> = {}): JoinedView => ({
  view: "weather@1",
  feature: "temp",
  keys: "origin JFK",
  status: "present",
  isStatic: false,
  isAggregated: false,
  ttl: 6 * HOUR,
  value: "39.9",
  candidates: [candidate(1, 1.5, "future"), candidate(0, 0.5, "late"), candidate(-1, -0.5, null, "39.9"), candidate(-2, 24, "late"), candidate(-3, -2, "older")],
  ...more,
});

const row = (number: number, ...views: JoinedView[]): JoinedRow => ({ row: number, at: AT, label: "origin JFK", views });

describe("the join of a row", () => {
  it("is a table of what was taken and what was not, each with its verdict and times from the row's own", () => {
    render(<JoinPicture rows={[row(7, view())]} locale="en" />);
    const rows = within(screen.getByRole("table")).getAllByRole("row").slice(1);
    expect(rows.map((each) => within(each).getAllByRole("cell").slice(1).map((cell) => cell.textContent))).toEqual([
      ["1", "+1 hr", "+1.5 hr", "had not happened yet"],
      ["0", "0", "+30 min", "not known yet"],
      ["39.9", "−1 hr", "−30 min", "✓ taken"],
      ["-2", "−2 hr", "+1 day", "not known yet"],
      ["-3", "−3 hr", "−2 hr", "a newer one was known"],
    ]);
  });

  it("marks the row taken, and what was not known yet", () => {
    const { container } = render(<JoinPicture rows={[row(7, view())]} locale="en" />);
    const marks = [...container.querySelectorAll<HTMLElement>(".wbu-Join-mark")];
    expect(marks.map(({ dataset }) => dataset["chosen"])).toEqual(["false", "false", "true", "false", "false"]);
    expect(marks.map(({ dataset }) => dataset["unknown"])).toEqual(["true", "true", "false", "true", "false"]);
    // What became known a day later ends at the edge, with an arrow.
    expect(marks.map((each) => each.querySelector(".wbu-Join-beyond") !== null)).toEqual([false, false, false, true, false]);
  });

  it("says what found nothing, what is too old, and what holds at any time", () => {
    const none = view({ view: "a@1", status: "missing", candidates: [], value: null });
    const old = view({ view: "b@1", status: "expired", value: null, candidates: [candidate(-9, -9, "expired")] });
    const fixed = view({ view: "c@1", isStatic: true, candidates: [] });
    render(<JoinPicture rows={[row(7, none, old, fixed)]} locale="en" />);
    expect(screen.getByRole("region", { name: "a@1" }).textContent).toContain("nothing known");
    expect(within(screen.getByRole("region", { name: "b@1" })).getByRole("table").textContent).toContain("older than 6 hr");
    expect(screen.getByRole("region", { name: "c@1" }).textContent).toContain("holds at any time");
    expect(screen.getAllByRole("table")).toHaveLength(1);
  });

  it("counts the events of a window", () => {
    const events = view({ isAggregated: true, candidates: [candidate(-1, -1, null), candidate(-2, -2, null), candidate(-8, -8, "expired")] });
    render(<JoinPicture rows={[row(7, events)]} locale="en" />);
    expect(screen.getAllByText("counted")).toHaveLength(2);
    expect(screen.getByRole("region", { name: "weather@1" }).textContent).toContain("of the last 6 hr");
  });

  it("begins with a row that finds something everywhere, and offers no choice of one row", () => {
    const none = view({ status: "missing", candidates: [], value: null });
    render(<JoinPicture rows={[row(1, none), row(2, view())]} locale="en" />);
    expect(screen.getAllByRole("radio")[1]?.getAttribute("aria-checked")).toBe("true");
    cleanup();
    render(<JoinPicture rows={[row(1, none)]} locale="en" />);
    expect(screen.queryAllByRole("radio")).toEqual([]);
    expect(screen.getByText(/^row 1 · Jan 1, 2013/)).toBeDefined();
  });

  it("changes rows by the arrows, as radio buttons do", () => {
    render(<JoinPicture rows={[row(7, view()), row(8, view({ view: "other@1" }))]} locale="en" />);
    const [first, second] = screen.getAllByRole("radio");
    fireEvent.keyDown(first as HTMLElement, { key: "ArrowLeft" });
    expect(second?.getAttribute("aria-checked")).toBe("true");
    expect(document.activeElement).toBe(second);
    expect(screen.getByRole("region", { name: "other@1" })).toBeDefined();
  });

  it("gives most of its axis to what was known, however late the rest came", () => {
    const [from, to] = domainOf(AT, view());
    expect(from).toBeLessThan(AT - 6 * HOUR);
    expect(to).toBeLessThan(AT + 6 * HOUR);
    // A window of a year does not push the rows of an hour into one point.
    expect(domainOf(AT, view({ ttl: 365 * 24 * HOUR }))[0]).toBeGreaterThan(AT - 4 * HOUR);
  });
});

describe("marks of time", () => {
  it.each([
    [HOUR, "en-GB", ["10:00", "10:15", "10:30", "10:45", "11:00"]],
    [4 * 24 * HOUR, "en-GB", ["2 Jan", "3 Jan", "4 Jan", "5 Jan"]],
    [366 * 24 * HOUR, "en-GB", ["Apr 2013", "Jul 2013", "Oct 2013", "Jan 2014"]],
    [12 * 365.25 * 24 * HOUR, "en-GB", ["2014", "2016", "2018", "2020", "2022", "2024"]],
  ])("are round within %i ms", (length, locale, texts) => {
    expect(timeMarks(AT, AT + length, 6, locale).map(({ text }) => text)).toEqual(texts);
  });

  it("are none where there is no time between", () => {
    expect(timeMarks(AT, AT, 5, "en")).toEqual([]);
  });
});

const through = (more: Partial<ThroughData> = {}): ThroughData => ({
  unit: "month",
  starts: [Date.UTC(2013, 0, 1), Date.UTC(2013, 1, 1), Date.UTC(2013, 2, 1)],
  rows: [100, 200, 100],
  sampled: null,
  keys: null,
  features: [
    { name: "temp", type: "float64", kind: "quartiles", missing: [0, 0.5, 0], low: [1, 2, 3], middle: [2, null, 5], high: [3, 4, 9] },
    { name: "kind", type: "string", kind: "different", missing: [0, 0, 0], low: [null, null, null], middle: [3, 4, 2], high: [null, null, null] },
  ],
  ...more,
});

describe("values through time", () => {
  it("are a picture a feature, each with a sentence and what is missing", () => {
    render(<ThroughTime data={through()} locale="en" />);
    expect(screen.getByRole("img", { name: /^temp, median and quartiles, by month, from Jan 1, 2013 to Mar 1, 2013: from 2.00 to 5.00/ })).toBeDefined();
    expect(screen.getByText("missing 25.0 %")).toBeDefined();
    expect(screen.getByRole("img", { name: /^kind, different values/ })).toBeDefined();
  });

  it("leaves a gap where nothing is known", () => {
    const { container } = render(<ThroughTime data={through()} locale="en" />);
    const line = container.querySelector(".wbu-Small-line")?.getAttribute("d") ?? "";
    expect(line.match(/M/g)).toHaveLength(2);
    expect(line).not.toContain("NaN");
  });

  it("are a table as well", () => {
    render(<ThroughTime data={through()} locale="en" />);
    fireEvent.click(screen.getByRole("button", { name: "as a table" }));
    const [, first] = screen.getAllByRole("row");
    expect(first?.textContent).toBe("tempmedian and quartiles2.005.002.005.0050.0 %");
  });

  it("draws some of very many, and finds one by its name", () => {
    const [feature] = through().features;
    const many = Array.from({ length: 1000 }, (_, place) => ({ ...(feature as ThroughData["features"][number]), name: `f${String(place)}` }));
    render(<ThroughTime data={through({ features: many })} locale="en" />);
    expect(screen.getAllByRole("img")).toHaveLength(24);
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "f999" } });
    expect(screen.getAllByRole("img")).toHaveLength(1);
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "nothing" } });
    expect(screen.getByText("No feature has such a name.")).toBeDefined();
  });

  it("stand for one stretch and for values that never change", () => {
    const [feature] = through().features;
    const flat = { ...(feature as ThroughData["features"][number]), missing: [0], low: [2], middle: [2], high: [2] };
    const { container } = render(<ThroughTime data={through({ starts: [AT], rows: [5], features: [flat] })} locale="en" />);
    expect(container.innerHTML).not.toContain("NaN");
  });
});

describe("freshness", () => {
  const data = {
    now: "2013-01-02T00:00:00Z", word: "stale", ttl: 6 * 3600, rows: 1200, written: "2013-01-01T12:00:00Z", source: "push",
    newest: "2013-01-01T10:00:00Z", materialized: "2013-01-01T12:00:00Z", as_of: null,
    times: ["2013-01-01T00:00:00Z", "2013-01-01T12:00:00Z"],
  };
  it("says how old the newest value is, and draws the time since it was carried", () => {
    const { container } = render(<Freshness data={data} locale="en" />);
    const facts = [...container.querySelectorAll("dl > div")].map((each) => [each.querySelector("dt")?.textContent, each.querySelector("dd")?.textContent]);
    expect(Object.fromEntries(facts) as object).toMatchObject({ state: "too old to answer", "rows online": "1,200", "its age now": "14 hr", "may be as old as": "6 hr" });
    expect(container.textContent).toContain("by push");
    expect(screen.getByRole("img", { name: /happened 2 times .* at most 12 hr/ })).toBeDefined();
    expect(container.innerHTML).not.toContain("NaN");
  });

  it("measures at the moment that a view stands at", () => {
    const { container } = render(<Freshness data={{ ...data, as_of: "2013-01-01T11:00:00Z" }} locale="en" />);
    expect(container.textContent).toContain("its age at that moment1 hr");
  });

  it("tells lengths in their largest unit", () => {
    const language = { t: vi.fn<(text: string) => string>(), locale: "en" };
    expect([0, 90_000, -7_200_000, 86_400_000 * 400].map((length) => lasting(length, language))).toEqual(["0 sec", "1.5 min", "−2 hr", "400 days"]);
  });
});
