import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { formatDrift, labelOf, linePath, movement, ranked, type SpanColumn, type SpansData } from "../src/spans/model.js";
import { curve } from "../src/spans/Ridgeline.js";
import { Spans } from "../src/spans/Spans.js";

afterEach(cleanup);

const column = (name: string, more: Partial<SpanColumn> = {}): SpanColumn => ({
  name,
  type: "FLOAT",
  kind: "ranges",
  marks: ["0", "10", "20"],
  shares: [[9000, 900], [5000, 4900]],
  missing: [100, 100],
  mean: [4, 9],
  moved: [null, 0.02],
  ...more,
});
const words = column("carrier", { type: "STRING", kind: "values", marks: ["<b>UA</b>", ""], moved: [null, 0.3] });
const data = (columns: SpanColumn[]): SpansData => ({ name: "flights@3", spans: [{ name: "2013-01", rows: 1000 }, { name: "2013-02", rows: 900 }], columns });

describe("columns through time", () => {
  it("rank by their greatest step, times last, since they move by themselves", () => {
    const at = column("at", { type: "TIME", moved: [null, 1] });
    expect(ranked([at, column("delay"), words], "").map((each) => each.name)).toEqual(["carrier", "delay", "at"]);
    expect(movement(words)).toEqual({ most: 0.3, at: 1 });
  });

  it("call ranges by both edges, and the rest by what it is", () => {
    const t = (text: string): string => text;
    expect([labelOf(column("d"), 1, { t }), labelOf(words, 0, { t }), labelOf(words, 1, { t })]).toEqual(["10 – 20", "<b>UA</b>", "all others"]);
  });

  it("never say of a small move that there was none", () => {
    expect([0, 0.0001, 0.0005, 0.25, null].map((each) => formatDrift(each, "en"))).toEqual(["0", "<0.001", "0.001", "0.250", "–"]);
  });

  it("break a line where nothing is known", () => {
    expect(linePath([1, null, 2, 3], 30, 10)).toBe("M0.0,10.0M20.0,5.0L30.0,0.0");
  });

  it("draw curves that never pass beyond their points", () => {
    const ys = [...curve([[0, 10], [10, 0], [20, 10]]).matchAll(/,(-?[\d.]+)/g)].map((each) => Number(each[1]));
    expect(Math.min(...ys)).toBe(0);
    expect(Math.max(...ys)).toBe(10);
  });
});

describe("the widget", () => {
  it("begins with what moved most, and writes values as text", () => {
    const { container } = render(<Spans data={data([column("delay"), words])} locale="en" />);
    expect(screen.getByRole("option", { selected: true }).textContent).toContain("carrier");
    expect(screen.getByRole("img").getAttribute("aria-label")).toContain("It moved most at 2013-02: divergence 0.300.");
    expect(container.querySelector("b")).toBeNull();
  });

  it("is moved by arrows, in the list and over the cells", () => {
    const chosen = vi.fn();
    render(<Spans data={data([column("delay"), words])} onColumn={chosen} locale="en" />);
    fireEvent.keyDown(screen.getByRole("listbox"), { key: "ArrowDown" });
    expect(chosen).toHaveBeenCalledWith("delay");
    const map = screen.getByRole("img");
    fireEvent.keyDown(map, { key: "ArrowRight" });
    fireEvent.keyDown(map, { key: "ArrowRight" });
    expect(screen.getByRole("status").textContent).toBe("2013-02, 0 – 10: 50.0 % of 900 rows · missing 1.00 % · moved 0.020 from the span before");
  });

  it("has the table behind each picture", () => {
    render(<Spans data={data([column("delay")])} locale="en" />);
    fireEvent.click(screen.getByRole("button", { name: "table" }));
    expect(screen.getAllByRole("rowheader").map((each) => each.textContent)).toEqual(["0 – 10", "10 – 20", "missing", "mean", "moved"]);
  });

  it("draws only the columns in sight of a thousand", () => {
    render(<Spans data={data(Array.from({ length: 1000 }, (_, place) => column(`c${String(place)}`)))} locale="en" />);
    expect(screen.getAllByRole("option").length).toBeLessThan(40);
  });

  it("says so when there is nothing to draw", () => {
    render(<Spans data={data([column("empty", { kind: "none", marks: [], shares: [[], []] })])} locale="en" />);
    expect(screen.getByText("empty has no value in any span.")).toBeTruthy();
    cleanup();
    render(<Spans data={{ name: "x", spans: [], columns: [] }} locale="en" />);
    expect(screen.getByText("There are no rows to compare through time.")).toBeTruthy();
  });
});
