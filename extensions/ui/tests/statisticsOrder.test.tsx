/** The rows of the table of statistics in every order that a person can ask for. */

import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Anomaly, ColumnStatistics, Feature, StatisticsData } from "../src/data.js";
import { StatisticsTable } from "../src/index.js";

afterEach(cleanup);

/** The figures to sort by, and the columns from the greatest to the least of each. No two orders are alike. */
const GREATEST_FIRST = {
  missing: ["a", "b9", "b10", "c"],
  zeros: ["b9", "a", "c", "b10"],
  unique: ["c", "b10", "a", "b9"],
  mean: ["b10", "c", "b9", "a"],
  std: ["a", "c", "b9", "b10"],
  min: ["b9", "c", "b10", "a"],
  median: ["c", "a", "b10", "b9"],
  max: ["b10", "b9", "c", "a"],
  "non-uniformity": ["a", "b10", "c", "b9"],
  anomalies: ["c", "b9", "a", "b10"],
} as const;
type Figure = keyof typeof GREATEST_FIRST;

const NAMES = ["b10", "a", "b9", "c"];

/** From 4 for the column that comes first down to 1. */
const rank = (figure: Figure, name: string): number => 4 - GREATEST_FIRST[figure].findIndex((each) => each === name);

/** From the least to the worst: one error outweighs any number of warnings. */
const SEVERITIES: readonly Anomaly["severity"][][] = [["WARNING"], ["WARNING", "WARNING"], ["ERROR"], ["ERROR", "WARNING"]];

function column(name: string): Feature {
  const of = (figure: Figure): number => rank(figure, name);
  const uneven = 10 * of("non-uniformity");
  const stats: ColumnStatistics = {
    count: 100,
    missing: of("missing"),
    zeros: of("zeros"),
    unique: of("unique"),
    mean: of("mean"),
    std: of("std"),
    min: of("min"),
    median: of("median"),
    max: of("max"),
    bars: [50 + uneven, 50 - uneven],
  };
  const severities = SEVERITIES[of("anomalies") - 1] ?? [];
  const anomalies = severities.map((severity) => ({ column: name, kind: "K", severity, short: "", description: "" }));
  return { name, type: "FLOAT", range: [0, 1], stats: [stats], anomalies };
}

/** A column that the first set of rows lacks, so that it has no figure. */
const lacking: Feature = { name: "lacking", type: "FLOAT", stats: [null] };

const show = (features: Feature[], sets = ["flights@3"]): void => {
  const data: StatisticsData = { datasets: sets.map((name) => ({ name, rows: 100 })), features };
  render(<StatisticsTable data={data} locale="en" />);
};
const sortBy = (key: string): void => { fireEvent.change(screen.getByRole("combobox", { name: "Sort by" }), { target: { value: key } }); };
const reverse = (): void => { fireEvent.click(screen.getByRole("button", { name: "Reverse order" })); };
const names = (): (string | null | undefined)[] => screen.getAllByRole("rowheader").map((each) => each.querySelector("button")?.textContent);

describe("sorted from the menu", () => {
  it.each(Object.entries(GREATEST_FIRST))("by %s, the greatest come first, what has none last, and the reverse", (figure, order) => {
    show([lacking, ...NAMES.map(column)]);
    sortBy(figure);
    expect(names()).toEqual([...order, "lacking"]);
    reverse();
    expect(names()).toEqual([...[...order].reverse(), "lacking"]);
  });

  it("by name, numbers in names count as numbers", () => {
    show(NAMES.map(column));
    sortBy("name");
    expect(names()).toEqual(["a", "b9", "b10", "c"]);
    reverse();
    expect(names()).toEqual(["c", "b10", "b9", "a"]);
  });

  it("by the data, columns stand as they came, and backwards", () => {
    show(NAMES.map(column));
    sortBy("name");
    sortBy("data");
    expect(names()).toEqual(NAMES);
    reverse();
    expect(names()).toEqual([...NAMES].reverse());
  });

  it("by drift, the columns come first that were measured to differ most between two sets of rows", () => {
    const drifts: [string, number | null][] = [["still", 0.01], ["far", 0.4], ["unknown", null], ["near", 0.2]];
    const stats: ColumnStatistics[] = [{ count: 10, missing: 0, bars: [5, 5] }, { count: 10, missing: 0, bars: [5, 5] }];
    show(drifts.map(([name, drift]) => ({ name, type: "FLOAT", range: [0, 1], drift, stats })), ["may", "june"]);
    sortBy("drift");
    expect(names()).toEqual(["far", "near", "still", "unknown"]);
    expect(within(screen.getByRole("row", { name: /^far/ })).getAllByRole("cell").at(-1)?.textContent).toBe("JSD 0.40");
    expect(screen.getByText("2 drifted")).toBeTruthy();
    reverse();
    expect(names()).toEqual(["still", "near", "far", "unknown"]);
  });

  it("by drift, of more sets the one counts that is farthest from the first, among those in sight", () => {
    const set = (bars: number[]): ColumnStatistics => ({ count: 10, missing: 0, bars });
    const features = [["late", [5, 5], [5, 5], [10, 0]], ["never", [5, 5], [5, 5], [5, 5]], ["early", [5, 5], [7, 3], [5, 5]]] as const;
    show(features.map(([name, ...bars]) => ({ name, type: "FLOAT", range: [0, 1], stats: bars.map((each) => set([...each])) })), ["may", "june", "july"]);
    sortBy("drift");
    expect(names()).toEqual(["late", "early", "never"]);
    reverse();
    expect(names()).toEqual(["never", "early", "late"]);
    fireEvent.click(screen.getByRole("button", { name: "july 100 rows" }));
    expect(names()).toEqual(["late", "never", "early"]);
  });

  it("leaves out anomalies where there are none", () => {
    show([lacking]);
    expect(within(screen.getByRole("combobox", { name: "Sort by" })).queryByRole("option", { name: "sort: anomalies" })).toBeNull();
  });
});

describe("sorted from a heading", () => {
  const heading = (word: string): HTMLElement => screen.getByRole("columnheader", { name: word });

  it.each(["missing", "zeros", "mean", "std", "min", "median", "max"] as const)("by %s at the first click, and back at the second", (figure) => {
    show(NAMES.map(column));
    fireEvent.click(within(heading(figure)).getByRole("button"));
    expect([names(), heading(figure).getAttribute("aria-sort")]).toEqual([GREATEST_FIRST[figure], "descending"]);
    fireEvent.click(within(heading(figure)).getByRole("button"));
    expect([names(), heading(figure).getAttribute("aria-sort")]).toEqual([[...GREATEST_FIRST[figure]].reverse(), "ascending"]);
  });

  it("sorts each kind of column in its own table", () => {
    const words = (name: string, unique: number): Feature => ({ name, type: "STRING", values: ["x"], stats: [{ count: 10, missing: 0, unique, counts: [10] }] });
    const times = (name: string, min: number): Feature => ({ name, type: "TIME", range: [0, 9], stats: [{ count: 10, missing: 0, min, max: min + 1, bars: [10] }] });
    show([words("few", 2), column("a"), times("old", 1), words("many", 9), times("new", 5), column("c")]);
    fireEvent.click(within(screen.getByRole("table", { name: "categorical" })).getByRole("button", { name: "unique" }));
    expect(names()).toEqual(["c", "a", "many", "few", "old", "new"]);
    fireEvent.click(within(heading("earliest")).getByRole("button"));
    expect(names().slice(4)).toEqual(["new", "old"]);
    fireEvent.click(within(heading("latest")).getByRole("button"));
    expect(names().slice(4)).toEqual(["new", "old"]);
  });

  it("keeps its order among the columns that a search finds", () => {
    show(NAMES.map(column));
    sortBy("mean");
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "b" } });
    expect(names()).toEqual(["b10", "b9"]);
    reverse();
    expect(names()).toEqual(["b9", "b10"]);
  });
});
