import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { CurveData, Point } from "../src/data.js";
import { LineageGraph, RunCurves, StateGlyph } from "../src/index.js";
import { groupSeries, smooth, spread, thin, ticks } from "../src/curves/scale.js";

afterEach(cleanup);

const run = (more: Partial<CurveData["run"]> = {}): CurveData => ({
  run: { id: "r1", name: "wide", state: "running", progress: { done: 7, total: 12, text: "epoch 7 of 12" }, ...more },
  series: [{ key: "train/loss", points: [[0, 1], [1, null], [2, 0.5]] }],
});

describe("a run", () => {
  it("says how far it is, and stops once", () => {
    const stop = vi.fn();
    render(<RunCurves data={run()} onStop={stop} locale="en" />);
    expect(screen.getByRole("progressbar")).toHaveProperty("value", 7);
    fireEvent.click(screen.getByRole("button", { name: "Stop and save" }));
    fireEvent.click(screen.getByRole("button", { name: "Stopping" }));
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it("says what its picture shows, and has the table behind it", () => {
    render(<RunCurves data={run()} locale="en" />);
    expect(screen.getByRole("img").getAttribute("aria-label")).toContain("train/loss from 1.00 at step 0 to 0.500 at step 2");
    fireEvent.click(screen.getByRole("button", { name: "As table" }));
    expect(screen.getAllByRole("rowheader").map((each) => each.textContent)).toEqual(["2", "1", "0"]);
  });

  it("says why it failed", () => {
    render(<RunCurves data={run({ state: "failed", error: "ValueError: diverged" })} locale="en" />);
    expect(screen.getByText("ValueError: diverged")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Stop and save" })).toBeNull();
  });

  it("thins to the lowest and highest of each stretch", () => {
    const points = Array.from({ length: 10_000 }, (_, step): Point => [step, step === 777 ? 9 : 0]);
    const thinned = thin(points, 200);
    expect(thinned.length).toBeLessThanOrEqual(202);
    expect(thinned).toContainEqual([777, 9]);
  });

  it("smooths without pulling the start towards zero", () => {
    expect(smooth([[0, 5], [1, 5], [2, null], [3, 5]], 0.9).map(([, value]) => value?.toFixed(6) ?? null)).toEqual(["5.000000", "5.000000", null, "5.000000"]);
  });

  it("groups what has the same name and keeps labels apart", () => {
    const series = ["train/loss", "validation/loss", "auc"].map((key) => ({ key, points: [] }));
    expect(groupSeries(series).map((group) => [group.title, group.lines.length])).toEqual([["loss", 2], ["auc", 1]]);
    const [high = 0, low = 0] = spread([100, 102], 14);
    expect(low - high).toBeCloseTo(14);
    expect(ticks(0.5, 0.73, 4)).toEqual([0.5, 0.55, 0.6, 0.65, 0.7]);
  });
});

describe("lineage", () => {
  const graph = {
    root: "a",
    nodes: ["a", "b"].map((id) => ({ id, kind: "dataset", name: id, ref: `${id}@1`, title: `${id}@1`, subtitle: "3 rows", columns: ["x"] })),
    edges: [{ source: "a", target: "b" }],
    column_edges: [{ source: "a", source_column: "x", target: "b", target_column: "x" }],
  };

  it("shows what breaks without a column, and opens records by key", async () => {
    const open = vi.fn();
    render(<LineageGraph data={graph} onOpen={open} locale="en" />);
    const node = await screen.findByRole("button", { name: "dataset a@1, 3 rows" });
    fireEvent.click(node);
    fireEvent.click(screen.getByRole("button", { name: "x" }));
    expect(screen.getByRole("status").textContent).toBe("what breaks if it is dropped: 1 dataset");
    fireEvent.keyDown(node, { key: "Enter" });
    expect(open).toHaveBeenCalledWith("a");
  });

  it("is a table for those who do not see the graph", () => {
    render(<LineageGraph data={graph} locale="en" />);
    fireEvent.click(screen.getByRole("button", { name: "as list" }));
    expect(screen.getAllByRole("row").map((row) => row.textContent)).toEqual(["recordkindfactcomes fromleads to", "a@1dataset3 rows–b@1", "b@1dataset3 rowsa@1–"]);
  });
});

it("says a state in a word as well", () => {
  render(<StateGlyph state="failed" locale="en" />);
  expect(screen.getByText("failed")).toBeTruthy();
});
