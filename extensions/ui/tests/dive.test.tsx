import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { arrange, axisOf, placeOf, shareOf, valueAt, type Plan } from "../src/dive/arrange.js";
import { termsOfArea } from "../src/dive/area.js";
import { colourGroups, orderOf, type Palette } from "../src/dive/colours.js";
import { both, codeOf, countOf, maskOf, searchMask, toggled } from "../src/dive/conditions.js";
import { Dive } from "../src/dive/Dive.js";
import { groupsOf, timeTicks } from "../src/dive/groups.js";
import { columnOf, tableOf, textOf, type Column, type DiveData, type DiveField } from "../src/dive/table.js";
import { translator } from "../src/text.js";

const language = { t: translator("en"), locale: "en" };
const bytes = (values: Uint8Array | Float32Array | Float64Array | Uint32Array): DataView => new DataView(values.buffer.slice(0) as ArrayBuffer);
const texts = (name: string, codes: number[], dictionary: string[]): DiveField => ({ name, type: "STRING", code: "u1", values: bytes(Uint8Array.from(codes)), dictionary });
const numbers = (name: string, values: number[]): DiveField => ({ name, type: "FLOAT", code: "f4", values: bytes(Float32Array.from(values)) });

const data = (fields: DiveField[], rows = 6, total = rows): DiveData => ({
  name: "flights@3",
  variable: "flights",
  rows: total,
  index: bytes(Uint32Array.from({ length: rows }, (_, row) => row * 10)),
  fields,
});
const flights = data([
  texts("origin", [1, 1, 1, 2, 2, 0], ["JFK", "<b>LGA</b>"]),
  numbers("delay", [-5, 0, 12, 60, NaN, 300]),
  { name: "at", type: "TIME", code: "f8", values: bytes(Float64Array.from([0, 4, 8, 12, 16, 20], (day) => Date.UTC(2013, 0, 1 + day * 15))) },
]);
const column = (name: string, of = flights): Column => {
  const found = columnOf(tableOf(of), name);
  if (!found) {
    throw new Error(name);
  }
  return found;
};

afterEach(cleanup);

describe("rows by column", () => {
  it("reads numbers from a buffer that is not aligned", () => {
    const shifted = new Uint8Array(9);
    shifted.set(new Uint8Array(Float64Array.from([7]).buffer), 1);
    const table = tableOf(data([{ name: "x", type: "FLOAT", code: "f8", values: new DataView(shifted.buffer, 1, 8) }], 1));
    expect(table.columns[0]?.values[0]).toBe(7);
  });

  it("says a value as a person reads it", () => {
    expect([textOf(column("origin"), 3, language), textOf(column("delay"), 4, language), textOf(column("delay"), 3, language)]).toEqual(["<b>LGA</b>", "missing", "60"]);
  });
});

describe("groups", () => {
  it("divides texts by value, the rare ones together, the missing last", () => {
    const many = Array.from({ length: 20 }, (_, place) => `v${String(place + 1)}`);
    const groups = groupsOf(column("c", data([texts("c", [1, 2, 3, 14, 20, 0], many)])), language).groups;
    expect(groups.map((each) => [each.label, each.count]).slice(-3)).toEqual([["v11", 0], ["9 others", 2], ["missing", 1]]);
  });

  it("divides numbers at round edges, and loses no row beyond them", () => {
    const values = Array.from({ length: 1000 }, (_, row) => (row === 0 ? -40 : row === 1 ? 9000 : row / 10));
    const { groups, codes } = groupsOf(column("x", data([numbers("x", values)], 1000)), language);
    expect(groups.reduce((sum, each) => sum + each.count, 0)).toBe(1000);
    expect(groups[0]?.label).toMatch(/^< /);
    expect(codes[1]).toBe(groups.length - 1);
  });

  it("divides a year by its months", () => {
    expect(timeTicks(Date.UTC(2013, 0, 1), Date.UTC(2013, 11, 31), 14)).toHaveLength(12);
  });

  it("gives the frequent of many names the colours, and the rest none", () => {
    const palette: Palette = { isDark: false, ground: "#fff", ink: "#000", ink2: "#000", faint: "#999", line: "#eee", brand: "#00f", tones: ["#111111", "#222222"], font: "" };
    const grouping = groupsOf(column("c", data([texts("c", [1, 1, 2, 2, 3, 0], ["z", "y", "x"])])), language, 12, 3);
    expect(colourGroups(grouping, palette)).toEqual(["#111111", "#222222", "#999", "#999"]);
  });
});

describe("an arrangement", () => {
  const plan = (more: Partial<Plan> = {}): Plan => ({ width: 400, height: 200, rows: 6, order: orderOf(null, 6), columnsBy: null, rowsBy: null, x: null, y: null, ...more });

  it("stacks each facet's points within its cell", () => {
    const made = arrange(plan({ columnsBy: groupsOf(column("origin"), language) }));
    expect(made.cells.map((each) => each.count)).toEqual([2, 3, 1]);
    made.x.forEach((x, row) => {
      const cell = made.cells[made.cell[row] ?? 0];
      expect(x).toBeGreaterThanOrEqual(cell?.x ?? Infinity);
      expect(x).toBeLessThanOrEqual((cell?.x ?? 0) + (cell?.width ?? 0));
      expect(made.y[row]).toBeLessThanOrEqual(200);
    });
  });

  it("stacks a hundred thousand points without covering one", () => {
    const rows = 100_000;
    const made = arrange(plan({ width: 1200, height: 560, rows, order: orderOf(null, rows) }));
    const places = new Set<string>();
    made.x.forEach((x, row) => { places.add(`${x.toFixed(2)} ${(made.y[row] ?? 0).toFixed(2)}`); });
    expect(places.size).toBe(rows);
    expect(Math.min(...made.y.slice(-1000))).toBeGreaterThan(0);
  });

  it("places points by their values, and those without one in a strip of their own", () => {
    const x = axisOf(column("delay"), null, false);
    const made = arrange(plan({ x, y: x }));
    expect(made.x[5]).toBeGreaterThan(made.x[3] ?? Infinity);
    expect(made.x[4]).toBeLessThan(made.x[0] ?? 0);
    expect(made.y[5]).toBeLessThan(made.y[0] ?? 0);
  });

  it("finds the value under a place again, on a log scale too", () => {
    for (const log of [false, true]) {
      const axis = axisOf(column("delay"), null, log);
      expect(valueAt(axis, shareOf(axis, 60))).toBeCloseTo(60, 3);
    }
  });

  it("turns an area into ranges and facets", () => {
    const [columnsBy, x] = [groupsOf(column("origin"), language), axisOf(column("delay"), null, false)];
    const made = arrange(plan({ columnsBy, x, y: x }));
    const cell = made.cells[1] ?? { x: 0, width: 0 };
    const from = cell.x + placeOf(x, shareOf(x, 10), cell.width);
    const to = cell.x + placeOf(x, shareOf(x, 100), cell.width);
    const terms = termsOfArea({ x: [from, to], y: [-5, 300] }, made, null, columnsBy);
    expect(terms.map((each) => each.column)).toEqual(["origin", "delay"]);
    expect(terms[1]?.any[0]).toMatchObject({ kind: "range", closed: true });
    expect(countOf(maskOf(tableOf(flights), terms), 6)).toBe(1);
  });
});

describe("conditions", () => {
  const table = tableOf(flights);

  it("are written as pandas, values quoted", () => {
    const terms = toggled(toggled([], "origin", { kind: "values", values: ["a\"b"] }), "delay", { kind: "range", low: 0, high: 60, closed: false });
    expect(codeOf(table, terms)).toBe('flights[flights["origin"].eq("a\\"b") & (flights["delay"].ge(0) & flights["delay"].lt(60))]');
    expect(codeOf({ ...table, source: 'flights = wb.dataset("flights@3").to_pandas()' }, [])).toBe('flights = wb.dataset("flights@3").to_pandas()\nflights');
    expect(codeOf(table, [{ column: "at", any: [{ kind: "range", low: Date.UTC(2013, 1, 1), high: null, closed: false }] }])).toBe('flights[flights["at"].ge("2013-02-01")]');
  });

  it("are ored within a column, anded between columns, and taken back by the same click", () => {
    const jfk = { kind: "values", values: ["JFK"] } as const;
    const both1 = toggled(toggled([], "origin", jfk), "origin", { kind: "missing" });
    expect(countOf(maskOf(table, both1), 6)).toBe(4);
    expect(codeOf(table, both1)).toBe('flights[(flights["origin"].eq("JFK") | flights["origin"].isna())]');
    expect(toggled([{ column: "origin", any: [jfk] }], "origin", jfk)).toEqual([]);
  });

  it("find texts by their words and numbers by their value", () => {
    expect(countOf(searchMask(table, "lga"), 6)).toBe(2);
    expect(countOf(both(searchMask(table, "60"), maskOf(table, [])), 6)).toBe(1);
    expect(searchMask(table, "  ")).toBeNull();
  });
});

describe("the widget", () => {
  beforeEach(() => {
    HTMLCanvasElement.prototype.getContext = vi.fn(() => null) as unknown as HTMLCanvasElement["getContext"];
  });

  it("says how many of the rows are drawn, and never runs HTML in values", () => {
    const { container } = render(<Dive data={{ ...flights, rows: 336_776 }} locale="en" />);
    expect(screen.getByText("6 of 336,776 rows drawn")).toBeTruthy();
    expect(container.querySelector("b")).toBeNull();
    expect(screen.getByRole("application").getAttribute("aria-label")).toContain("6 points of flights@3. Coloured by origin.");
  });

  it("picks rows by a colour, and writes the code of it", () => {
    const insert = vi.fn();
    render(<Dive data={flights} onInsertCode={insert} locale="en" />);
    fireEvent.click(screen.getByRole("button", { name: /JFK/ }));
    expect(screen.getByText("3 picked, 50.0 %")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Insert code" }));
    expect(insert).toHaveBeenCalledWith('flights[flights["origin"].eq("JFK")]');
  });

  it("tells its host how it is set", () => {
    const view = vi.fn();
    render(<Dive data={flights} onView={view} locale="en" />);
    fireEvent.change(screen.getByLabelText("x"), { target: { value: "delay" } });
    expect(view).toHaveBeenCalledWith(expect.objectContaining({ x: "delay", color: "origin" }));
  });

  it("has the counts of its facets as a table", () => {
    render(<Dive data={flights} view={{ columns: "origin" }} locale="en" />);
    fireEvent.click(screen.getByRole("button", { name: "As table" }));
    expect(screen.getAllByRole("cell").map((each) => each.textContent)).toEqual(["2", "3", "1"]);
  });

  it("says why there is nothing to see", () => {
    render(<Dive data={data([], 0)} locale="zh-CN" />);
    expect(screen.getByText("flights@3 没有行，因此没有数据点。")).toBeTruthy();
  });
});
