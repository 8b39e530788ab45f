/** What the switches over the table of statistics change in the pictures. */

import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { ColumnStatistics, Feature, StatisticsData } from "../src/data.js";
import { StatisticsTable } from "../src/index.js";

afterEach(cleanup);

const [WIDTH, HEIGHT] = [190, 32];
/** Where a line as high as the picture lies, so that none of its thickness is cut off. */
const TOP = 31.25;

const delay: Feature = { name: "delay", type: "FLOAT", range: [0, 1000], stats: [{ count: 100, missing: 0, mean: 90, bars: [90, 10] }] };
const carrier: Feature = { name: "carrier", type: "STRING", values: ["UA", "AA", ""], stats: [{ count: 200, missing: 0, unique: 5, counts: [100, 50, null] }] };

const show = (features: Feature[], more: Partial<StatisticsData> = {}): HTMLElement =>
  render(<StatisticsTable data={{ datasets: [{ name: "flights@3", rows: 100 }], features, ...more }} locale="en" />).container;

const press = (name: string): void => { fireEvent.click(screen.getByRole("button", { name })); };
const draw = (chart: string): void => { fireEvent.change(screen.getByRole("combobox", { name: "Chart" }), { target: { value: chart } }); };

/** The row of a column, and the picture in it. */
const row = (name: string): HTMLElement => {
  const found = screen.getByRole("button", { name }).closest("tr");
  if (!found) {
    throw new Error(`no row ${name}`);
  }
  return found;
};
const picture = (name: string): HTMLElement => within(row(name)).getByRole("img");
const pathsOf = (name: string): string[] => [...picture(name).querySelectorAll("path")].map((each) => each.getAttribute("d") ?? "");

/** The bars of a picture: where each begins, and how tall it is. */
const barsOf = (name: string, path = 0): [x: number, tall: number][] =>
  [...(pathsOf(name)[path] ?? "").matchAll(/M([\d.]+),[\d.]+v-([\d.]+)h/g)].map((each) => [Number(each[1]), Number(each[2])]);
const heightsOf = (name: string): number[] => barsOf(name).map(([, tall]) => tall);

/** The heights of a line, from its picture's floor. */
const lineOf = (name: string, path = 1): number[] => [...(pathsOf(name)[path] ?? "").matchAll(/[ML][\d.]+,([\d.]+)/g)].map((each) => HEIGHT - Number(each[1]));

const about = (values: readonly number[]): unknown[] => values.map((value) => expect.closeTo(value, 1));

describe("bars", () => {
  it("are as high as there are values in them, the tallest as high as the picture", () => {
    show([delay, carrier]);
    expect(heightsOf("delay")).toEqual(about([HEIGHT, HEIGHT / 9]));
    expect(barsOf("delay").map(([x]) => x)).toEqual([0, WIDTH / 2]);
    expect(heightsOf("carrier")).toEqual(about([HEIGHT, HEIGHT / 2]));
  });

  it("grow with the logarithm of their count", () => {
    show([delay]);
    press("log");
    expect(heightsOf("delay")).toEqual(about([HEIGHT, (HEIGHT * Math.log(11)) / Math.log(91)]));
    press("log");
    expect(heightsOf("delay")).toEqual(about([HEIGHT, HEIGHT / 9]));
  });

  it("stand along a logarithmic axis, where equal steps are equal factors", () => {
    show([delay]);
    press("log x");
    expect(barsOf("delay").map(([x]) => x)).toEqual(about([0, (WIDTH * Math.log(501)) / Math.log(1001)]));
  });

  it("are those that were counted for a logarithmic axis, where there are some", () => {
    show([{ ...delay, unit: 1, stats: [{ count: 100, missing: 0, bars: [90, 10], bent_bars: [25, 75] }] }]);
    press("log x");
    expect(barsOf("delay")).toEqual([[0, expect.closeTo(HEIGHT / 3, 1)], [WIDTH / 2, expect.closeTo(HEIGHT, 1)]]);
    press("delay");
    expect(screen.getByRole("region", { name: "Bars of delay" }).textContent).toContain("0 … 30.6" + "25");
  });

  it("have one scale for all columns", () => {
    const even: Feature = { ...delay, name: "even", stats: [{ count: 100, missing: 0, bars: [45, 45] }] };
    show([delay, even]);
    expect(heightsOf("even")).toEqual(about([HEIGHT, HEIGHT]));
    press("one scale");
    expect(heightsOf("even")).toEqual(about([HEIGHT / 2, HEIGHT / 2]));
    expect(heightsOf("delay")).toEqual(about([HEIGHT, HEIGHT / 9]));
  });

  it("weigh rows, and so do the figures beside them", () => {
    const weighted = { count: 40, missing: 60, mean: 7, bars: [10, 30] };
    show([{ ...delay, stats: [{ ...(delay.stats[0] as ColumnStatistics), weighted }] }], { datasets: [{ name: "flights@3", rows: 100, weight: "seats", weighted_rows: 100 }] });
    expect(screen.getByText(/weighted by seats, in all 100/)).toBeTruthy();
    press("weighted");
    expect(heightsOf("delay")).toEqual(about([HEIGHT / 3, HEIGHT]));
    expect(within(row("delay")).getAllByRole("cell").slice(0, 3).map((each) => each.textContent)).toEqual(["60.0 %", "0", "7.00"]);
  });

  it("of several sets of rows are filled, outlined and dashed", () => {
    const stats = [[10, 40], [25, 25], [50, 0]].map((bars): ColumnStatistics => ({ count: 50, missing: 0, bars }));
    show([{ ...delay, stats }], { datasets: ["a", "b", "c"].map((name) => ({ name, rows: 50 })) });
    expect(heightsOf("delay")).toEqual(about([6.4, 25.6])); // 10 and 40 of 50, under the 50 of 50 of the third
    expect(lineOf("delay", 2)).toEqual(about([16, 16, 16, 16]));
    expect(lineOf("delay", 3)).toEqual(about([TOP, TOP, 0, 0]));
    const dashes = [...picture("delay").querySelectorAll("path[fill=none]")].map((each) => each.getAttribute("stroke-dasharray"));
    expect(dashes[0]).toBeNull();
    expect(dashes[2]).not.toBeNull();
  });
});

describe("other charts", () => {
  const lists = [{ count: 10, missing: 0, empty: 2, min: 0, max: 20, total: 90, quantiles: [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20] }];
  const quantiles = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
  const strip = (name: string): { path: string[]; from: number; to: number } => {
    const rect = picture(name).querySelector("rect");
    const from = Number(rect?.getAttribute("x"));
    return { path: pathsOf(name), from, to: from + Number(rect?.getAttribute("width")) };
  };
  const at = (share: number): number => 1 + share * (WIDTH - 2);

  it("add bars up from left to right", () => {
    show([delay]);
    draw("cumulative");
    expect(screen.getByRole("columnheader", { name: "cumulative" })).toBeTruthy();
    expect(heightsOf("delay")).toEqual(about([0.9 * HEIGHT, HEIGHT]));
    expect(lineOf("delay")).toEqual(about([0.9 * HEIGHT, 0.9 * HEIGHT, TOP, TOP]));
  });

  it("show the deciles as a strip from the lowest to the highest value", () => {
    const skewed: ColumnStatistics = { count: 100, missing: 0, bars: [90, 10], quantiles: [0, 1, 2, 3, 4, 5, 10, 20, 40, 80, 100] };
    show([{ ...delay, stats: [skewed] }, carrier]);
    draw("quantiles");
    expect(within(screen.getByRole("table", { name: "numeric" })).getByRole("columnheader", { name: "deciles" })).toBeTruthy();
    const { path, from, to } = strip("delay");
    expect([from, to]).toEqual(about([at(0.01), at(0.8)]));
    expect(path[0]).toBe("M1.0,16.0H189.0");
    expect(path[1]?.match(/M/g)).toHaveLength(11);
    expect(path[2]).toMatch(new RegExp(`^M${at(0.05).toFixed(1)},`));
    expect(picture("delay").getAttribute("aria-label")).toBe("delay: half of the values lie below 5.00, the middle eight tenths between 1.00 and 80.0.");
    expect(within(screen.getByRole("table", { name: "categorical" })).getByRole("columnheader", { name: "frequency by rank" })).toBeTruthy();
    expect(heightsOf("carrier")).toEqual(about([HEIGHT, HEIGHT / 2]));
  });

  it("show a strip for each set of rows, on one axis, and bend it", () => {
    const stats = [quantiles, quantiles.map((each) => each * 2)].map((each): ColumnStatistics => ({ count: 100, missing: 0, bars: [50, 50], quantiles: each }));
    show([{ ...delay, stats }], { datasets: [{ name: "a", rows: 100 }, { name: "b", rows: 100 }] });
    draw("quantiles");
    const ends = (): string[] => pathsOf("delay").filter((each) => each.includes("H"));
    expect(ends()).toEqual(["M1.0,8.0H95.0", "M1.0,24.0H189.0"]);
    press("log x");
    expect(Number(ends()[0]?.split("H")[1])).toBeGreaterThan(150);
  });

  it("show how many values the lists hold, and say of other columns that they hold none", () => {
    show([{ ...delay, name: "stops", stats: [{ count: 10, missing: 0, bars: [80, 10], lists }] }, delay]);
    draw("lengths");
    expect(screen.getByRole("columnheader", { name: "values a list" })).toBeTruthy();
    const { from, to } = strip("stops");
    expect([from, to]).toEqual(about([at(0.1), at(0.9)]));
    expect(picture("stops").getAttribute("aria-label")).toBe("stops: lists of 0 to 20.0 values.");
    expect(picture("delay").getAttribute("aria-label")).toBe("delay: no lists.");
    expect(pathsOf("delay")).toEqual([]);
  });

  it("are offered only where there is something to draw", () => {
    show([delay]);
    expect(within(screen.getByRole("combobox", { name: "Chart" })).getAllByRole("option").map((each) => each.textContent)).toEqual(["bars", "cumulative", "deciles"]);
    expect(screen.queryByRole("button", { name: "weighted" })).toBeNull();
  });
});

describe("larger pictures", () => {
  it("take the place of the small ones, in taller rows", () => {
    show([delay]);
    expect([picture("delay").getAttribute("width"), picture("delay").getAttribute("height"), row("delay").style.height]).toEqual(["190", "32", "39px"]);
    press("large");
    expect([picture("delay").getAttribute("width"), picture("delay").getAttribute("height"), row("delay").style.height]).toEqual(["330", "84", "96px"]);
    expect(heightsOf("delay")).toEqual(about([84, 84 / 9]));
  });

  it("of an open column have axes, and say what is in each bar", () => {
    const container = show([delay]);
    press("delay");
    const words = (part: string): (string | null)[] => [...container.querySelectorAll(`${part} span`)].map((each) => each.textContent);
    expect(container.querySelector(".wbu-Large .wbu-Picture")?.getAttribute("width")).toBe("400");
    expect(words(".wbu-Heights")).toEqual(["25", "50", "75"]);
    expect(words(".wbu-Marks")).toEqual(["0", "200", "400", "600", "800", "1,000"]);
    expect([...container.querySelectorAll(".wbu-Hovers span")].map((each) => each.getAttribute("title"))).toEqual(["0 … 500\nflights@3: 90, 90.0 %", "500 … 1,000\nflights@3: 10, 10.0 %"]);
    expect(container.querySelector(".wbu-Large figcaption")?.textContent).toBe("delay: most rows (90.0 %) lie between 0 and 500.");
    press("log");
    expect(words(".wbu-Heights")).toEqual(["1", "10"]);
    press("%");
    expect(words(".wbu-Heights").every((each) => each?.endsWith("%"))).toBe(true);
    press("log x");
    expect(words(".wbu-Marks")).toContain("10.0");
  });
});

describe("numbers", () => {
  it("are counts, or shares of the values", () => {
    show([carrier]);
    expect(row("carrier").textContent).toContain("UA 100 times");
    press("%");
    expect(row("carrier").textContent).toContain("UA 50.0 %");
  });

  it("of each value and each set of rows stand in a table behind the picture", () => {
    const counts = [[100, 50, 5], [10, null, 0]];
    const both: Feature = { ...carrier, stats: counts.map((each) => ({ count: 200, missing: 0, unique: 7, counts: each })) };
    show([both], { datasets: [{ name: "train", rows: 200 }, { name: "test", rows: 200 }] });
    press("carrier");
    const table = screen.getByRole("region", { name: "Values of carrier" });
    const lines = (): (string | null)[][] => within(table).getAllByRole("row").map((each) => [...each.querySelectorAll("th, td:not([aria-hidden])")].map((cell) => cell.textContent));
    expect(lines()).toEqual([["value", "train", "test"], ["UA", "100", "10"], ["AA", "50", "–"], ["(empty)", "5", "0"], ["4 more values"]]);
    expect(within(table).getByText("–").parentElement?.title).toBe("too rare to have been kept");
    expect([...table.querySelectorAll<HTMLElement>(".wbu-Gauge span")].map((each) => each.style.width)).toEqual(["100%", "10%", "50%", "0%", "5%", "0%"]);
    press("%");
    expect(lines()[1]).toEqual(["UA", "50.0 %", "5.00 %"]);
  });

  it("are those of each set of rows, in full", () => {
    const stats = [{ count: 90, missing: 10, zeros: 9, mean: 1.5, quantiles: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }, { count: 50, missing: 0, mean: 2.5 }];
    show([{ ...delay, stats }], { datasets: [{ name: "train", rows: 100 }, { name: "test", rows: 50 }] });
    press("delay");
    const lines = within(screen.getByRole("region", { name: "Figures of delay" })).getAllByRole("row").map((each) => [...each.querySelectorAll("th, td")].map((cell) => cell.textContent));
    expect(lines).toEqual([
      ["figure", "train", "test"],
      ["rows with a value", "90", "50"],
      ["missing", "10", "0"],
      ["zeros", "9", "–"],
      ["mean", "1.50", "2.50"],
      ["first decile", "1.00", "–"],
      ["ninth decile", "9.00", "–"],
    ]);
  });
});
