import { describe, expect, it } from "vitest";
import type { LineageData } from "../src/data.js";
import { layout, NODE_HEIGHT, NODE_WIDTH, settle } from "../src/lineage/layout.js";
import { columnPath } from "../src/lineage/paths.js";
import { shorten, shortenTitle } from "../src/lineage/titles.js";
import { firstSight, fit, zoom } from "../src/lineage/view.js";

describe("layout", () => {
  it("puts what comes of something to its right, and nothing over anything", () => {
    const nodes = ["a", "b", "c", "d", "e", "f"];
    const edges: [string, string][] = [["a", "c"], ["b", "c"], ["c", "d"], ["c", "e"], ["a", "e"], ["a", "f"]];
    const { places, routes } = layout({ nodes, edges });
    for (const [source, target] of edges) {
      expect(places[nodes.indexOf(source)]?.[0]).toBeLessThan(places[nodes.indexOf(target)]?.[0] ?? 0);
    }
    places.forEach(([x, y], one) => {
      places.slice(one + 1).forEach(([otherX, otherY]) => {
        expect(Math.abs(x - otherX) >= NODE_WIDTH || Math.abs(y - otherY) >= NODE_HEIGHT).toBe(true);
      });
    });
    expect(routes.every((route) => route.length >= 2)).toBe(true);
  });

  it("draws circles, loops and edges to nowhere without hanging", () => {
    const { places, routes } = layout({ nodes: ["a", "b"], edges: [["a", "b"], ["b", "a"], ["a", "a"], ["a", "z"]] });
    expect(places).toHaveLength(2);
    expect(routes.map((route) => route.length > 0)).toEqual([true, true, false, false]);
  });

  it("lays out ten thousand records in seconds", () => {
    const nodes = Array.from({ length: 10_000 }, (_, index) => `n${String(index)}`);
    const edges = nodes.slice(1).map((id, index): [string, string] => [nodes[Math.max(0, index - (index % 50))] ?? "", id]);
    const start = performance.now();
    expect(layout({ nodes, edges }).places).toHaveLength(10_000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("keeps order and distance when places are wanted twice", () => {
    expect(settle([5, 5, 0], [2, 2], [1, 1, 1]).map((each) => each.toFixed(3))).toEqual(["1.333", "3.333", "5.333"]);
  });
});

const GRAPH: LineageData = {
  root: "w",
  nodes: ["w", "v", "t", "m", "x"].map((id) => ({ id, kind: id === "m" ? "model" : "dataset", name: id, ref: id, title: id })),
  edges: [["w", "v"], ["v", "t"], ["t", "m"], ["w", "x"]].map(([source = "", target = ""]) => ({ source, target })),
  column_edges: [
    { source: "w", source_column: "gust", target: "v", target_column: "gust", how: "mean" },
    { source: "v", source_column: "gust", target: "t", target_column: "gust" },
    { source: "w", source_column: "temp", target: "x", target_column: "temp" },
  ],
};

describe("a column's path", () => {
  it("goes through columns, then to what depends on them", () => {
    const path = columnPath(GRAPH, "w", "gust");
    expect(path.steps.map((step) => `${step.id}.${step.column}`)).toEqual(["w.gust", "v.gust", "t.gust"]);
    expect(path.impact).toEqual(["v", "t", "m"]);
  });

  it("shows where it came from as well, which would not miss it", () => {
    const path = columnPath(GRAPH, "t", "gust");
    expect([...path.nodes].sort()).toEqual(["m", "t", "v", "w"]);
    expect(path.impact).toEqual(["m"]);
  });
});

describe("the window", () => {
  it("fits, and keeps the point under the pointer when zooming", () => {
    const view = fit({ width: 4000, height: 500 }, { width: 1000, height: 400 });
    expect(view.scale).toBeCloseTo(944 / 4000);
    const closer = zoom(view, 2, 300, 200);
    expect((300 - closer.x) / closer.scale).toBeCloseTo((300 - view.x) / view.scale);
  });

  it("rather shows a part that can be read", () => {
    const view = firstSight({ width: 9000, height: 300 }, { width: 1000, height: 400 }, [4500, 150]);
    expect(view.x + 4500 * view.scale).toBeCloseTo(500);
  });
});

describe("a title", () => {
  const wide = (letter: string): number => (letter === "航" ? 20 : 10);

  it("is cut by how wide its letters are", () => {
    expect(shorten("weather", 70, wide)).toBe("weather");
    expect(shorten("weather", 69, wide)).toBe("weath…");
    expect(shorten("航航航航", 70, wide)).toBe("航航航…");
    expect(shorten("weather", 5, wide)).toBe("w…");
  });

  it("keeps its version", () => {
    const node = { name: "weather_hourly", version: 3, title: "weather_hourly@3" };
    expect(shortenTitle(node, 100, wide)).toBe("weather…@3");
    expect(shortenTitle({ ...node, title: "one process" }, 60, wide)).toBe("one p…");
  });
});
