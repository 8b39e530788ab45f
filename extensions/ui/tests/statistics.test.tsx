import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { chinese } from "../src/chinese.js";
import type { ColumnStatistics, Feature, StatisticsData } from "../src/data.js";
import { StatisticsTable } from "../src/index.js";
import { arrange, countKinds, matcher, type Sorting } from "../src/statistics/order.js";
import { axis, barsOf, distance, evenness } from "../src/statistics/shapes.js";
import { firstView, ownNames } from "../src/statistics/view.js";
import { offset, visibleRange } from "../src/statistics/window.js";

afterEach(cleanup);

const numbers: ColumnStatistics = { count: 90, missing: 10, mean: 2, std: 1, min: 1, median: 2, max: 3, unique: 3, bars: [30, 60] };

const feature = (name: string, more: Partial<Feature> = {}): Feature => ({ name, type: "INT", range: [1, 3], stats: [numbers], ...more });
const word = (name: string, more: Partial<Feature> = {}): Feature =>
  feature(name, { type: "STRING", values: ["UA", "AA"], stats: [{ count: 100, missing: 0, unique: 2, counts: [60, 40] }], ...more });

const data = (features: Feature[], more: Partial<StatisticsData> = {}): StatisticsData => ({ datasets: [{ name: "flights@3", rows: 100 }], features, ...more });
const names = (): (string | null)[] => screen.getAllByRole("rowheader").map((each) => each.querySelector("button")?.textContent ?? null).filter((each) => each !== null);

describe("sets of rows", () => {
  it("are told apart by what their names do not share", () => {
    expect(ownNames(["flights@2/train", "flights@2/test"])).toEqual(["train", "test"]);
    expect(ownNames(["flights@1", "flights@12"])).toEqual(["@1", "@12"]);
    expect(ownNames(["flights@1/train", "flights@2/train"])).toEqual(["@1/train", "@2/train"]);
    expect(ownNames(["data", "data"])).toEqual(["data", "data"]);
    expect(ownNames(["flights@1/train"])).toEqual(["flights@1/train"]);
  });
});

describe("the table of statistics", () => {
  it("writes names, values and anomalies as text, never as HTML", () => {
    const name = "<img src=x onerror=alert(1)>";
    const anomalies = [{ column: name, kind: "ENUM_TYPE_UNEXPECTED_STRING_VALUES", severity: "ERROR" as const, short: "<b>odd</b>", description: "<i>1 value</i>" }];
    const { container } = render(<StatisticsTable data={data([word(name, { values: ["<script>1</script>", "\"'&"], anomalies })])} locale="en" />);
    fireEvent.click(screen.getByRole("button", { name }));
    expect(container.querySelector("img, script, b, i")).toBeNull();
    expect(screen.getAllByText("<script>1</script>").length).toBeGreaterThan(0);
  });

  it("keeps in the page only the rows in sight of a thousand columns, and says how many there are", () => {
    render(<StatisticsTable data={data(Array.from({ length: 1000 }, (_, index) => feature(`c${String(index)}`)))} locale="en" />);
    expect(screen.getAllByRole("row").length).toBeLessThan(60);
    expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("1001");
  });

  it("finds by words, by a regular expression, and says how many are left", () => {
    render(<StatisticsTable data={data([feature("dep_delay"), feature("arr_delay"), feature("distance")])} locale="en" />);
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "delay" } });
    expect(names()).toEqual(["dep_delay", "arr_delay"]);
    expect(screen.getByRole("status").textContent).toBe("2 of 3 columns");
    fireEvent.click(screen.getByRole("button", { name: "Regular expression" }));
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "^d.*e$" } });
    expect(names()).toEqual(["distance"]);
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "(" } });
    expect(screen.getByRole("searchbox").getAttribute("aria-invalid")).toBe("true");
    expect(names()).toHaveLength(3);
    fireEvent.keyDown(screen.getByRole("searchbox"), { key: "Escape" });
    expect(screen.getByRole("searchbox")).toHaveProperty("value", "");
  });

  it("leaves only the kinds that are chosen", () => {
    render(<StatisticsTable data={data([feature("distance"), word("carrier"), feature("at", { type: "TIME" })])} locale="en" />);
    fireEvent.click(screen.getByRole("button", { name: "string 1" }));
    expect(names()).toEqual(["carrier"]);
    fireEvent.click(screen.getByRole("button", { name: "time 1" }));
    expect(names()).toEqual(["carrier", "at"]);
  });

  it("says what is wrong with a column in its row, and how to accept it under it", () => {
    const insert = vi.fn();
    const anomalies = [
      { column: "carrier", kind: "A", severity: "WARNING" as const, short: "Rare value", description: "“X” occurs once." },
      { column: "carrier", kind: "B", severity: "ERROR" as const, short: "Unexpected values", description: "“Y” is not in the domain.", code: 'schema.edit("carrier")' },
    ];
    render(<StatisticsTable data={data([feature("distance"), word("carrier", { anomalies })])} onInsertCode={insert} locale="en" />);
    const row = screen.getByRole("button", { name: "carrier" }).closest("tr");
    expect(row?.textContent).toContain("✕ error Unexpected values and 1 more");
    fireEvent.click(screen.getByRole("button", { name: "carrier" }));
    expect(screen.getByRole("list", { name: "Anomalies" }).textContent).toContain("“X” occurs once.");
    fireEvent.click(screen.getByRole("button", { name: "Insert code" }));
    expect(insert).toHaveBeenCalledWith('schema.edit("carrier")');
  });

  it("opens a column to show its figures and the table behind its picture", () => {
    render(<StatisticsTable data={data([feature("distance")])} locale="en" />);
    fireEvent.click(screen.getByRole("button", { name: "distance" }));
    const bars = screen.getByRole("region", { name: "Bars of distance" });
    expect(within(bars).getAllByRole("row").map((row) => row.textContent)).toEqual(["valuetimes", "1.00 … 2.0030", "2.00 … 3.0060"]);
    fireEvent.click(screen.getByRole("button", { name: "%" }));
    expect(within(bars).getAllByRole("cell").map((cell) => cell.textContent)).toEqual(["33.3 %", "66.7 %"]);
    expect(within(screen.getByRole("region", { name: "Figures of distance" })).getByRole("row", { name: "missing 10.0 %" })).toBeTruthy();
  });

  it("walks along the rows with the arrows, opens with the right one, closes with Escape", () => {
    render(<StatisticsTable data={data([feature("a"), feature("b"), word("c")])} locale="en" />);
    const [a, b, c] = ["a", "b", "c"].map((name) => screen.getByRole("button", { name }));
    expect([a?.tabIndex, b?.tabIndex, c?.tabIndex]).toEqual([0, -1, -1]);
    a?.focus();
    fireEvent.keyDown(document.activeElement as Element, { key: "ArrowDown" });
    expect(document.activeElement).toBe(b);
    fireEvent.keyDown(b as Element, { key: "End" });
    expect(document.activeElement).toBe(c);
    expect(c?.tabIndex).toBe(0);
    fireEvent.keyDown(c as Element, { key: "ArrowRight" });
    expect(c?.getAttribute("aria-expanded")).toBe("true");
    fireEvent.keyDown(c as Element, { key: "Escape" });
    expect(c?.getAttribute("aria-expanded")).toBe("false");
    fireEvent.keyDown(c as Element, { key: "/" });
    expect(document.activeElement).toBe(screen.getByRole("searchbox"));
  });

  it("keeps plain keys from the notebook around it, and lets shortcuts through", () => {
    const heard = vi.fn();
    render(
      <div onKeyDown={(event) => { heard(event.key); }}>
        <StatisticsTable data={data([feature("a")])} locale="en" />
      </div>,
    );
    const name = screen.getByRole("button", { name: "a" });
    fireEvent.keyDown(name, { key: "d" });
    fireEvent.keyDown(name, { key: "s", ctrlKey: true });
    expect(heard.mock.calls).toEqual([["s"]]);
  });

  it("shows and hides sets of rows, never the last one", () => {
    const both = data([feature("a", { stats: [numbers, { ...numbers, mean: 7 }] })]);
    both.datasets.push({ name: "test", rows: 50 });
    const { container } = render(<StatisticsTable data={both} locale="en" />);
    expect(container.querySelectorAll(".wbu-Picture path")).toHaveLength(2);
    fireEvent.click(screen.getByRole("button", { name: "flights@3 100 rows" }));
    expect(screen.getByRole("row", { name: /^a int/ }).textContent).toContain("7.00");
    fireEvent.click(screen.getByRole("button", { name: "test 50 rows" }));
    expect(screen.getByRole("button", { name: "test 50 rows" }).getAttribute("aria-pressed")).toBe("true");
  });

  it("weighs rows where they have a weight", () => {
    const weighted = { count: 9, missing: 1, mean: 5, bars: [1, 8] };
    render(<StatisticsTable data={data([feature("a", { stats: [{ ...numbers, weighted }] })])} locale="en" />);
    fireEvent.click(screen.getByRole("button", { name: "weighted" }));
    expect(screen.getByRole("row", { name: /^a int/ }).textContent).toContain("5.00");
  });

  it("says that a count is close and rows are a sample", () => {
    const stats = [{ count: 100, missing: 0, unique: 12_345, approximate: true, counts: [60, 40] }];
    render(<StatisticsTable data={{ datasets: [{ name: "big", rows: 100, sampled_from: 5000 }], features: [word("id", { stats })] }} locale="en" />);
    expect(screen.getByText("a sample: 100 of 5,000 rows")).toBeTruthy();
    expect(screen.getByText(/about 12,300/)).toBeTruthy();
  });

  it("moves the fields of a struct in under it, and names them in full once sorted", () => {
    const fields = [feature("who", { type: "STRUCT", stats: [{ count: 9, missing: 1 }] }), feature("who.age", { path: ["who", "age"] }), word("who.name", { path: ["who", "name"] })];
    render(<StatisticsTable data={data(fields)} locale="en" />);
    expect(names()).toEqual(["who", "age", "name"]);
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "age" } });
    expect(names()).toEqual(["who", "age"]);
    fireEvent.click(screen.getByRole("button", { name: "missing" }));
    expect(names()).toEqual(["who.age"]);
  });

  it("shows how columns go together", () => {
    render(<StatisticsTable data={data([feature("a"), feature("b", { role: "label" })], { pairs: [["a", "b", -0.91, null]] })} locale="en" />);
    fireEvent.click(screen.getByRole("button", { name: "pairs" }));
    expect(screen.getByRole("table", { name: "Correlation of each two columns" }).textContent).toContain("−0.91");
  });

  it("draws empty frames, columns without a value and columns that one side lacks", () => {
    const { rerender } = render(<StatisticsTable data={data([])} locale="en" />);
    expect(screen.getByText("There are no columns.")).toBeTruthy();
    const nothing: ColumnStatistics = { count: 0, missing: 0, unique: 0 };
    const features = (["INT", "STRING", "TIME", "BYTES", "STRUCT"] as const).map((type) => feature(type, { type, range: undefined, stats: [nothing, null] } as Partial<Feature>));
    rerender(<StatisticsTable data={{ datasets: [{ name: "a", rows: 0 }, { name: "b", rows: 1 }], features }} locale="en" />);
    for (const { name } of features) {
      fireEvent.click(screen.getByRole("button", { name }));
    }
    expect(screen.getAllByRole("img").map((each) => each.getAttribute("aria-label"))).toContain("INT: no values.");
  });

  it("has a Chinese word for every English one", () => {
    const everything = data([feature("a", { anomalies: [{ column: "a", kind: "K", severity: "ERROR", short: "s", description: "d" }] }), word("b")], { pairs: [["a", "b", 0.5, 0.1]] });
    const { container } = render(<StatisticsTable data={everything} locale="zh-CN" />);
    fireEvent.click(screen.getByRole("button", { name: "a" }));
    const words = [...container.querySelectorAll("button, option, th, caption, figcaption")].map((each) => each.textContent ?? "");
    const English = new Set(Object.keys(chinese).filter((each) => /^[a-z][a-z ,-]+$/.test(each)));
    expect(words.filter((each) => English.has(each))).toEqual([]);
  });
});

describe("order", () => {
  const view = firstView(data([]));
  const one = { ...view, sets: [0] };
  const all = { search: "", regex: false, kinds: new Set<string>() };
  const order = (features: Feature[], sorting: Sorting): string[] => arrange(features, all, sorting, one).map((each) => each.name);

  it("puts what has no figure last, whichever way it sorts", () => {
    const stats = (share: number): ColumnStatistics[] => [{ ...numbers, missing: share }];
    const features = [word("none", { stats: [null] }), feature("low", { stats: stats(1) }), feature("high", { stats: stats(50) })];
    expect(order(features, { key: "missing", descending: true })).toEqual(["high", "low", "none"]);
    expect(order(features, { key: "missing", descending: false })).toEqual(["low", "high", "none"]);
  });

  it("sorts by how uneven the values are, by name with numbers as numbers, and backwards", () => {
    const even = feature("c10", { stats: [{ ...numbers, bars: [45, 45] }] });
    const uneven = feature("c9", { stats: [{ ...numbers, bars: [89, 1] }] });
    expect(order([even, uneven], { key: "non-uniformity", descending: true })).toEqual(["c9", "c10"]);
    expect(order([even, uneven], { key: "name", descending: false })).toEqual(["c9", "c10"]);
    expect(order([even, uneven], { key: "data", descending: true })).toEqual(["c9", "c10"]);
  });

  it("counts kinds", () => {
    const lists = [{ count: 1, missing: 0, empty: 0, min: 1, max: 2, total: 2, quantiles: [] }];
    expect([...countKinds([feature("a"), feature("b", { stats: [{ ...numbers, lists }] })])]).toEqual([["int", 2], ["list", 1]]);
    expect(matcher("(", true)).toBeNull();
  });
});

describe("shapes", () => {
  const two = { ...firstView(data([])), sets: [0, 1] };

  it("does not call a value absent that is only rare", () => {
    const tail = word("tail", { stats: [{ count: 100, missing: 0, counts: [50, 10] }, { count: 100, missing: 0, counts: [null, 50] }] });
    expect(barsOf(tail, two)[1]?.[0]?.share).toBeNaN();
  });

  it("measures distance from 0 for the same shares to 1 for nothing in common", () => {
    const sets = (a: number[], b: number[]): number | null =>
      distance(barsOf(feature("a", { stats: [a, b].map((bars) => ({ count: 10, missing: 0, bars })) }), two));
    expect(sets([5, 5], [5, 5])).toBeCloseTo(0);
    expect(sets([10, 0], [0, 10])).toBeCloseTo(1);
    expect(sets([5, 5], [])).toBeNull();
  });

  it("says how evenly values are spread", () => {
    const bars = (shares: number[]) => shares.map((share) => ({ low: 0, high: 1, share }));
    expect([evenness(bars([0.5, 0.5])), evenness(bars([1, 0])), evenness(bars([]))]).toEqual([1, 0, null]);
  });

  it("takes bars made for a logarithmic axis where there are some", () => {
    const skewed = feature("skewed", { range: [0, 1000], unit: 1, stats: [{ ...numbers, bars: [89, 1], bent_bars: [40, 50] }] });
    const [bars = []] = barsOf(skewed, { ...firstView(data([])), sets: [0], logValues: true });
    expect(bars.map(({ low, high, share }) => [low, high, share * 90].map((each) => Number(each.toFixed(6))))).toEqual([[0, 0.5, 40], [0.5, 1, 50]]);
  });

  it("bends an axis on both sides of zero", () => {
    const place = axis(-1000, 1000, true);
    expect([place(-1000), place(0), place(1000)]).toEqual([0, 0.5, 1]);
    expect(place(10)).toBeGreaterThan(0.65);
    expect(axis(3, 3, false)(3)).toBe(0.5);
    expect(axis(-1.7e308, 1.7e308, false)(0)).toBe(0.5);
  });
});

describe("the window on a long table", () => {
  it("keeps to the list", () => {
    expect(visibleRange(1000, 40, 0, 400)).toEqual([0, 16]);
    expect(visibleRange(10, 40, 100_000, 400)).toEqual([4, 10]);
    expect(visibleRange(10, 40, -5000, 400)).toEqual([0, 6]);
  });

  it("counts open rows", () => {
    const extras = [[2, 300]] as const;
    expect([offset(2, 40, extras), offset(3, 40, extras)]).toEqual([80, 420]);
    expect(visibleRange(1000, 40, 420, 40, extras)).toEqual([0, 10]);
  });
});
