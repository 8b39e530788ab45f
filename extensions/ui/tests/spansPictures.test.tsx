/** What is drawn of a column through time. */

import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Spans } from "../src/spans/Spans.js";
import type { SpanColumn, SpansData } from "../src/spans/model.js";

afterEach(cleanup);

const SPANS = ["2013-01", "2013-02", "2013-03"];

const delay: SpanColumn = {
  name: "delay",
  type: "FLOAT",
  kind: "ranges",
  marks: ["0", "10", "20", "30"],
  shares: [[6400, 1600, 0], [1600, 6400, 400], [0, 1600, 6400]],
  missing: [2000, 1600, 0],
  mean: [4, 12, 21],
  moved: [null, 0.3, 0.4],
};
const carrier: SpanColumn = { ...delay, name: "carrier", type: "STRING", kind: "values", marks: ["UA", "AA", ""], moved: [null, 0.1, 0.05] };
const data = (columns: SpanColumn[]): SpansData => ({ name: "flights@3", spans: SPANS.map((name, place) => ({ name, rows: 1000 - 500 * (place % 2) })), columns });

const show = (columns: SpanColumn[], shape?: string): HTMLElement => {
  const { container } = render(<Spans data={data(columns)} locale="en" />);
  if (shape !== undefined) {
    fireEvent.click(screen.getByRole("button", { name: shape }));
  }
  return container;
};
const picture = (): HTMLElement => screen.getByRole("img");
const number = (element: Element, name: string): number => Number(element.getAttribute(name));
const words = (): (string | null)[] => [...picture().querySelectorAll("text")].map((each) => each.textContent);

/** The cells of a heat map, each as its span, its row from the top, and the depth of its colour. */
const cellsOf = (): { span: number; row: number; depth: number; isLess: boolean }[] => {
  const ground = picture().querySelector(".wbu-Heat-ground");
  const [wide, tall] = ground ? [number(ground, "width"), number(ground, "height")] : [NaN, NaN];
  return [...picture().querySelectorAll(".wbu-Heat-cell")].map((each) => ({
    span: Math.round((number(each, "x") / wide) * 3),
    row: Math.round((number(each, "y") / tall) * 3),
    depth: number(each, "fill-opacity"),
    isLess: each.getAttribute("data-less") === "true",
  }));
};

describe("the heat map", () => {
  it("has a column of cells for each span, low values at the bottom, the more rows the deeper", () => {
    show([delay]);
    const half = expect.closeTo(0.5, 5);
    expect(cellsOf().map(({ span, row, depth }) => [span, row, depth])).toEqual([
      [0, 2, 1], [0, 1, half],
      [1, 2, half], [1, 1, 1], [1, 0, expect.closeTo(0.25, 5)],
      [2, 1, half], [2, 0, 1],
    ]);
  });

  it("has values in their order from the top down", () => {
    show([carrier], "heat map");
    expect(cellsOf().filter(({ span }) => span === 0).map(({ row }) => row)).toEqual([0, 1]);
    expect(words()).toEqual(expect.arrayContaining(["UA", "AA", "all others"]));
  });

  it("names the spans under it, and the edges beside it", () => {
    show([delay]);
    expect(words().slice(0, 3)).toEqual(["0", "10", "20"]);
    expect(words().slice(-3)).toEqual(SPANS);
  });

  it("has lanes of the rows, the missing and the moves of each span, with the greatest written out", () => {
    const lanes = [...show([delay]).querySelectorAll("svg[role=img] > g:last-of-type > g")];
    expect(lanes.map((lane) => [...lane.querySelectorAll("text")].map((each) => each.textContent))).toEqual([["rows", "1,000"], ["missing", "20.0 %"], ["moved", "0.400"]]);
    const heights = lanes.map((lane) => [...lane.querySelectorAll("rect")].map((each) => number(each, "height")));
    expect(heights).toEqual([[18, 9, 18], [18, expect.closeTo(14.4, 5)], [13.5, 18].map((each) => expect.closeTo(each, 5))]);
  });

  it("shows by how much each span is above or below the mean of all", () => {
    show([delay], "change");
    // The first bin holds 64 %, 16 % and nothing, so 27 % on average.
    expect(cellsOf().filter(({ row }) => row === 2).map(({ span, isLess }) => [span, isLess])).toEqual([[0, false], [1, true], [2, true]]);
    expect(Math.max(...cellsOf().map(({ depth }) => depth))).toBe(1);
  });

  it("is walked by arrows: along the spans, up the values, and left with Escape", () => {
    const container = show([delay]);
    const cursor = (): number[] => [...container.querySelectorAll(".wbu-Heat-cursor")].flatMap((each) => [number(each, "x"), number(each, "y")]);
    const press = (key: string): void => { fireEvent.keyDown(picture(), { key }); };
    expect(cursor()).toEqual([]);
    ["ArrowRight", "ArrowRight", "ArrowUp"].forEach(press);
    expect(screen.getByRole("status").textContent).toBe("2013-02, 10 – 20: 64.0 % of 500 rows · missing 16.0 % · moved 0.300 from the span before");
    const [x = 0, y = 0] = cursor();
    press("ArrowDown");
    expect(cursor()).toEqual([x, expect.closeTo(2 * y, 5)]);
    ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown"].forEach(press);
    expect(screen.getByRole("status").textContent).toBe("2013-03, 0 – 10: 0 of 1,000 rows · moved 0.400 from the span before");
    press("Escape");
    expect(cursor()).toEqual([]);
    expect(screen.getByRole("status").textContent).toBe("Stronger colour: more of the span's rows. Arrows move over the cells.");
  });

  it("is walked downwards along a list of values", () => {
    show([carrier], "heat map");
    ["ArrowRight", "ArrowDown"].forEach((key) => { fireEvent.keyDown(picture(), { key }); });
    expect(screen.getByRole("status").textContent).toContain("2013-01, AA: 16.0 %");
  });
});

describe("the ridgeline", () => {
  /** The highest point of each curve, and the floor that it stands on. */
  const ridges = (): { x: number; tall: number; floor: number }[] =>
    [...picture().querySelectorAll("g")].map((each) => {
      const line = each.querySelector(".wbu-Ridge-line")?.getAttribute("d") ?? "";
      const floor = Number(/L[\d.]+,([\d.]+)Z$/.exec(each.querySelector(".wbu-Ridge-body")?.getAttribute("d") ?? "")?.[1]);
      const ends = [...line.matchAll(/([\d.]+),([\d.]+)(?=[C]|$)/g)].map((point): [number, number] => [Number(point[1]), Number(point[2])]);
      const [x, y] = ends.reduce((best, point) => (point[1] < best[1] ? point : best), [NaN, Infinity]);
      return { x, tall: floor - y, floor };
    });

  it("has one curve a span, one under another, each with its name", () => {
    show([delay], "ridgeline");
    expect(picture().querySelectorAll(".wbu-Ridge-line")).toHaveLength(3);
    expect([...picture().querySelectorAll("title")].map((each) => each.textContent)).toEqual(SPANS);
    expect(words()).toEqual([...SPANS, "0", "10", "20"]);
    const floors = ridges().map((each) => each.floor);
    expect(floors).toEqual([...floors].sort((a, b) => a - b));
    expect(new Set(floors).size).toBe(3);
  });

  it("has its peak where most rows are, further right in each span, and as high as they are many", () => {
    const half = { ...delay, shares: [[6400, 1600, 0], [1600, 3200, 400], [0, 1600, 6400]] };
    show([half], "ridgeline");
    const [first, second, third] = ridges();
    expect([first?.x, second?.x, third?.x]).toEqual([206, 434, 662]); // the middles of thirds of 684, from 92 on
    expect((first?.tall ?? 0) / (second?.tall ?? 1)).toBeCloseTo(2, 1);
    expect(third?.tall).toBeCloseTo(first?.tall ?? 0, 0);
  });
});

describe("the shares of values", () => {
  it("are stacked up to the whole of each span, with the last ones named", () => {
    show([carrier]);
    const bars = [...picture().querySelectorAll("rect")].map((each) => [each.querySelector("title")?.textContent, number(each, "height")] as const);
    expect(bars.map(([title]) => title)).toEqual([
      "2013-01 · UA: 64.0 %", "2013-01 · AA: 16.0 %", "2013-01 · missing: 20.0 %",
      "2013-02 · UA: 16.0 %", "2013-02 · AA: 64.0 %", "2013-02 · all others: 4.00 %", "2013-02 · missing: 16.0 %",
      "2013-03 · AA: 16.0 %", "2013-03 · all others: 64.0 %",
    ]);
    expect((bars[0]?.[1] ?? 0) / (bars[1]?.[1] ?? 1)).toBeCloseTo(4, 1);
    expect(words().slice(5, 9)).toEqual(["UA 0", "AA 16.0 %", "all others 64.0 %", "missing 0"]);
  });
});

describe("for those who do not see it", () => {
  const sentence =
    "delay through 3 spans. Most rows of the first span are in 0 – 10 (64.0 %), of the last in 20 – 30 (64.0 %). It moved most at 2013-03: divergence 0.400.";

  it.each(["heat map", "change", "ridgeline"])("the %s says what it shows", (shape) => {
    show([delay], shape);
    expect(picture().getAttribute("aria-label")).toBe(sentence);
    expect(screen.getByRole("button", { name: shape }).getAttribute("aria-pressed")).toBe("true");
  });

  it("the table says every share", () => {
    show([delay], "table");
    const table = within(screen.getByRole("region", { name: "Figures of delay" }));
    expect(table.getAllByRole("row").map((row) => [...row.querySelectorAll("th, td")].map((each) => each.textContent))).toEqual([
      ["delay", ...SPANS],
      ["0 – 10", "64.0 %", "16.0 %", "0"],
      ["10 – 20", "16.0 %", "64.0 %", "16.0 %"],
      ["20 – 30", "0", "4.00 %", "64.0 %"],
      ["missing", "20.0 %", "16.0 %", "0"],
      ["mean", "4.00", "12.0", "21.0"],
      ["moved", "–", "0.300", "0.400"],
    ]);
  });

  it("the list says which column is chosen, and is walked by Home, End, pages and arrows", () => {
    const chosen = vi.fn();
    const columns = Array.from({ length: 30 }, (_, place) => ({ ...delay, name: `c${String(place)}`, moved: [null, 0.5 - place / 100] }));
    render(<Spans data={data(columns)} onColumn={chosen} locale="en" />);
    const list = screen.getByRole("listbox", { name: "Columns, the one that moved most first" });
    for (const [key, name] of [["ArrowDown", "c1"], ["PageDown", "c11"], ["ArrowUp", "c10"], ["End", "c29"], ["PageUp", "c19"], ["Home", "c0"]]) {
      fireEvent.keyDown(list, { key });
      expect(chosen).toHaveBeenLastCalledWith(name);
    }
    const option = screen.getByRole("option", { selected: true });
    expect([option.id, option.getAttribute("aria-posinset"), option.getAttribute("aria-setsize")]).toEqual([list.getAttribute("aria-activedescendant"), "1", "30"]);
    expect(screen.getByRole("region", { name: "c0" })).toBeTruthy();
  });

  it("keeps the keys that it understands from the notebook around it", () => {
    const heard = vi.fn();
    render(
      <div onKeyDown={(event) => { heard(event.key); }}>
        <Spans data={data([delay])} locale="en" />
      </div>,
    );
    fireEvent.keyDown(screen.getByRole("listbox"), { key: "ArrowDown" });
    fireEvent.keyDown(picture(), { key: "ArrowUp" });
    fireEvent.keyDown(picture(), { key: "s", ctrlKey: true });
    expect(heard.mock.calls).toEqual([["s"]]);
  });
});
