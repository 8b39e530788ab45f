import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DriftView } from "../src/drift/DriftView.js";
import { changesOf, formatMeasure, rankedBy, sharesAt, type DriftColumn, type DriftData } from "../src/drift/model.js";
import { position } from "../src/drift/Morph.js";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const column = (name: string, more: Partial<DriftColumn> = {}): DriftColumn => ({
  name,
  type: "FLOAT",
  kind: "ranges",
  marks: ["0", "10", "20"],
  shares: [[9000, 900], [5000, 4900]],
  missing: [100, 100],
  mean: [4, 9],
  moved: [null, 0.2],
  measures: { jsd: 0.2, psi: 0.9 },
  ...more,
});
const data = (columns: DriftColumn[], more: Partial<DriftData> = {}): DriftData => ({ name: "a → b", spans: [{ name: "<i>May</i>", rows: 1000 }, { name: "June", rows: 900 }], columns, ...more });
const t = (text: string): string => text;

describe("drift", () => {
  it("is between two spans in proportion to the way", () => {
    expect(sharesAt(column("x"), 0.5)).toEqual([0.7, 0.29, 0.01]);
    expect(sharesAt(column("x"), 1)).toEqual([0.5, 0.49, 0.01]);
  });

  it("names the bins that changed, the greatest change first, and no others", () => {
    const more = column("x", { shares: [[5000, 4000], [5000, 3000]], missing: [1000, 2000] });
    expect(changesOf(more, { t }).map((each) => [each.label, each.before, each.after])).toEqual([["10 – 20", 0.4, 0.3], ["missing", 0.1, 0.2]]);
  });

  it("ranks by any measure, what has none last, the least likely by chance first", () => {
    const columns = [column("a", { measures: { jsd: 0.1, q_value: 0.5 } }), column("b", { measures: { jsd: 0.3, ks: 0.1 } }), column("c", { measures: { jsd: 0.2, q_value: 0.01 } })];
    expect(rankedBy(columns, "jsd", "").map((each) => each.name)).toEqual(["b", "c", "a"]);
    expect(rankedBy(columns, "q_value", "").map((each) => each.name)).toEqual(["c", "a", "b"]);
    expect(formatMeasure("q_value", 0, "en")).toBe("<0.001");
  });

  it("travels from span to span and rests at each", () => {
    expect(position(0, 0)).toBe(0);
    expect(position(0, 550)).toBeCloseTo(0.5);
    expect(position(0, 1200)).toBe(1);
    expect(position(0.5, 550)).toBe(1);
    expect(position(0, 1550 + 550)).toBeCloseTo(1.5);
  });
});

describe("the widget", () => {
  it("says in words what it shows, and never runs HTML in names", () => {
    const { container } = render(<DriftView data={data([column("delay")])} locale="en" />);
    expect(screen.getByRole("img").getAttribute("aria-label")).toBe("delay from <i>May</i> to June: JSD 0.200. What changed most: 0 – 10 from 90.0 % to 50.0 %, 10 – 20 from 9.00 % to 49.0 %.");
    expect(container.querySelector("i")).toBeNull();
    expect(screen.getByText("1 drifted")).toBeTruthy();
  });

  it("is drawn from one end to the other by keys", () => {
    render(<DriftView data={data([column("delay")])} locale="en" />);
    const slider = screen.getByRole("slider");
    fireEvent.keyDown(slider, { key: "ArrowRight" });
    fireEvent.keyDown(slider, { key: "ArrowRight" });
    expect(slider.getAttribute("aria-valuetext")).toBe("20 % of the way from <i>May</i> to June");
    fireEvent.keyDown(slider, { key: "PageUp" });
    expect(slider.getAttribute("aria-valuetext")).toBe("June");
  });

  it("stands still, side by side, where less motion is wished for", () => {
    vi.stubGlobal("matchMedia", (query: string) => ({ matches: query.includes("reduced-motion"), addEventListener: vi.fn(), removeEventListener: vi.fn() }));
    render(<DriftView data={data([column("delay")])} locale="en" />);
    expect(screen.queryByRole("slider")).toBeNull();
    expect(screen.getAllByRole("figure")).toHaveLength(2);
  });

  it("says so when the two have nothing in common, or nothing changed", () => {
    render(<DriftView data={data([], { only_a: ["x"] })} locale="en" />);
    expect(screen.getByText("The two share no columns.")).toBeTruthy();
    expect(screen.getByText("only in <i>May</i>: x")).toBeTruthy();
    cleanup();
    render(<DriftView data={data([column("same", { shares: [[5000, 4900], [5000, 4900]] })])} locale="en" />);
    expect(screen.getByText("No bin changed.")).toBeTruthy();
  });
});
