/** Every widget as a kernel drives it: from traits, with names that no page should trust. */

import { act, fireEvent, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import diff from "../src/diff.js";
import dive from "../src/dive.js";
import drift from "../src/drift.js";
import lineage from "../src/lineage.js";
import run from "../src/run.js";
import schema from "../src/schema.js";
import spans from "../src/spans.js";
import statistics from "../src/statistics.js";

vi.mock("@workbench/ui", async () => await import("../../ui/src/index.js")); // the sources, not what was last built

/** The traits of a widget on the side of the page, and what it tells the kernel. */
class Model {
  readonly sent: unknown[] = [];
  saved = 0;
  private readonly heard = new Map<string, Set<(...words: unknown[]) => void>>();

  constructor(private readonly traits: Record<string, unknown>) {}

  get(name: string): unknown {
    return this.traits[name];
  }
  set(name: string, value: unknown): void {
    this.traits[name] = value;
    this.emit(`change:${name}`);
  }
  save_changes(): void {
    this.saved += 1;
  }
  send(message: unknown): void {
    this.sent.push(message);
  }
  on(event: string, callback: (...words: unknown[]) => void): void {
    this.heard.set(event, (this.heard.get(event) ?? new Set()).add(callback));
  }
  off(event: string, callback: (...words: unknown[]) => void): void {
    this.heard.get(event)?.delete(callback);
  }
  emit(event: string, ...words: unknown[]): void {
    this.heard.get(event)?.forEach((callback) => { callback(...words); });
  }
  get listeners(): number {
    return [...this.heard.values()].reduce((sum, each) => sum + each.size, 0);
  }
}

interface Widget {
  render: (props: never) => unknown;
}
let stop: (() => void) | undefined;
let page: HTMLElement;

async function draw(widget: Widget, traits: Record<string, unknown>): Promise<Model> {
  const model = new Model(traits);
  await act(async () => {
    stop = (await widget.render({ model, el: page } as never)) as () => void;
  });
  return model;
}

beforeEach(() => {
  document.documentElement.lang = "en";
  HTMLCanvasElement.prototype.getContext = vi.fn(() => null) as unknown as HTMLCanvasElement["getContext"];
  page = document.body.appendChild(document.createElement("div"));
});

afterEach(() => {
  act(() => { stop?.(); });
  stop = undefined;
  page.remove();
});

const view = (values: Uint8Array | Uint32Array): DataView => new DataView(values.buffer as ArrayBuffer);
const span = (name: string): object => ({ name, type: "STRING", kind: "values", marks: [name, ""], shares: [[9000, 900], [5000, 4900]], missing: [100, 100], mean: [null, null], moved: [null, 0.2], measures: { jsd: 0.2 } });
const through = (name: string): object => ({ name, spans: [{ name, rows: 10 }, { name, rows: 10 }], columns: [span(name)], only_a: [name], only_b: [name] });
const points = (name: string, codes: number[]): object => ({
  name,
  variable: "data",
  rows: codes.length,
  index: view(Uint32Array.from(codes, (_, row) => row)),
  fields: [{ name, type: "STRING", code: "u1", values: view(Uint8Array.from(codes)), dictionary: [name, "other"] }],
});
const anomaly = (name: string): object => ({ column: name, kind: name, severity: "ERROR", short: name, description: name, code: name, edits: [{ column: name, changes: { values: [name] } }] });
const expected = { present: 1, minimum: null, maximum: null, tolerate: null, absent: [], drift: null, skew: null };

/** The traits of each widget, with a name in every place that can hold one. */
const WIDGETS: [string, Widget, (name: string) => Record<string, unknown>][] = [
  ["statistics", statistics, (name) => ({
    code: name,
    data: {
      datasets: [{ name, rows: 10 }, { name, rows: 10 }],
      features: [{ name, type: "STRING", role: name, values: [name], stats: [{ count: 10, missing: 0, unique: 1, counts: [10] }, null], anomalies: [anomaly(name)] }, { name: `${name}.x`, type: "INT", path: [name, "x"], stats: [null, null] }],
      anomalies: [anomaly(name)],
      pairs: [[name, `${name}.x`, 0.5, 0.1]],
    },
  })],
  ["dive", dive, (name) => ({ data: points(name, [1, 1, 2]), view: { rows: name, columns: name, color: name, label: name } })],
  ["drift", drift, (name) => ({ data: through(name), column: name, code: name })],
  ["spans", spans, (name) => ({ data: through(name), column: name, code: name })],
  ["diff", diff, (name) => ({
    code: name,
    data: {
      a: { name, rows: 1 },
      b: { name, rows: 1 },
      key: [name],
      added: 1,
      removed: 1,
      changed: 1,
      unchanged: 1,
      columns: [{ name, type: name, before: name, state: "retyped", changed: 1, drift: { jsd: 0.2, where: name, share_a: 0.1, share_b: 0.2 } }],
      samples: { added: { columns: [name], rows: [[name]] }, removed: { columns: [name], rows: [[name]] }, changed: [{ key: [name], cells: { [name]: [name, `${name}!`] } }, { key: ["2"], cells: {} }] },
    },
  })],
  ["schema", schema, (name) => ({ data: { ref: name, name, columns: [{ name, type: "STRING", values: [name], ...expected, stage: name }], anomalies: [anomaly(name), anomaly(`${name}!`)] } })],
  ["lineage", lineage, (name) => ({
    code: name,
    data: {
      root: "a",
      nodes: ["a", "b"].map((id) => ({ id, kind: "dataset", name, ref: name, title: name, subtitle: name, state: "complete", columns: [name] })),
      edges: [{ source: "a", target: "b", via: name, how: name }],
      column_edges: [{ source: "a", source_column: name, target: "b", target_column: name, how: name }],
    },
  })],
  ["run", run, (name) => ({
    stoppable: true,
    data: { run: { id: "r", name, state: "failed", params: { [name]: name }, metrics: { [name]: 1 }, progress: { done: 1, total: 2, text: name }, error: name }, series: [{ key: name, points: [[0, 1], [1, 2]] }] },
  })],
];

const NAMES = [
  '<script>globalThis.hacked = true</script>',
  '<img src=x onerror="globalThis.hacked = true">',
  `"'&lt;<b>\\`,
  "🛫航班 <i>数据",
  "constructor",
  "__proto__",
];

describe.each(WIDGETS)("%s", (_, widget, traits) => {
  it.each(NAMES)("writes %s as text, and never runs it", async (name) => {
    await draw(widget, traits(name));
    await act(async () => { await new Promise((done) => setTimeout(done, 0)); });
    const check = (): void => {
      expect(page.querySelector("script, img, iframe, i, a[href]")).toBeNull();
      expect([...page.querySelectorAll("*")].flatMap((each) => each.getAttributeNames()).filter((each) => each.startsWith("on"))).toEqual([]);
      expect("hacked" in globalThis).toBe(false);
      expect([...page.querySelectorAll("b")].every((each) => each.children.length === 0)).toBe(true);
    };
    const spoken = [...page.querySelectorAll("[title], [aria-label]")].flatMap((each) => [each.getAttribute("title"), each.getAttribute("aria-label")]);
    expect(page.textContent).toContain(name);
    expect(spoken.some((each) => each?.includes(name))).toBe(true);
    check();
    [...page.querySelectorAll<HTMLElement>("button[aria-expanded], button[aria-pressed], [role=tab]")].forEach((each) => {
      fireEvent.click(each);
      check();
    });
  });

  it("is drawn again when the kernel changes a trait, and leaves nothing behind", async () => {
    const model = await draw(widget, traits("before"));
    expect(page.textContent).toContain("before");
    act(() => { model.set("data", traits("after")["data"]); });
    await waitFor(() => { expect(page.textContent).toContain("after"); });
    act(() => { stop?.(); });
    stop = undefined;
    expect([page.textContent, model.listeners]).toEqual(["", 0]);
  });
});

describe("what a person does", () => {
  it("reaches the kernel: the column that is chosen", async () => {
    const data = { name: "flights", spans: [{ name: "May", rows: 1 }, { name: "June", rows: 1 }], columns: [span("a"), span("b")] };
    for (const widget of [spans, drift]) {
      const model = await draw(widget, { data, column: "", code: "" });
      fireEvent.keyDown(within(page).getByRole("listbox"), { key: "ArrowDown" });
      expect([model.get("column"), model.saved]).toEqual(["b", 1]);
      act(() => { stop?.(); });
    }
  });

  it("reaches the kernel: how points are looked at", async () => {
    const model = await draw(dive, { data: points("origin", [1, 2]), view: {} });
    fireEvent.change(within(page).getByLabelText("rows by"), { target: { value: "origin" } });
    expect(model.get("view")).toMatchObject({ rows: "origin" });
    expect(model.saved).toBe(1);
  });

  it("reaches the kernel: edits of a schema, and its answers come back", async () => {
    const model = await draw(schema, { data: { ref: "flights@1", name: "flights", columns: [{ name: "delay", type: "INT", values: null, ...expected }], anomalies: [] } });
    fireEvent.change(within(page).getByLabelText("maximum of delay"), { target: { value: "9" } });
    fireEvent.click(within(page).getByRole("button", { name: "Save" }));
    const edits = [{ column: "delay", changes: { maximum: 9 } }];
    expect(model.sent).toContainEqual({ type: "save", edits, name: "flights" });
    await waitFor(() => { expect(model.sent).toContainEqual({ type: "check", edits }); });
    act(() => { model.emit("msg:custom", { type: "checked", errors: { delay: "'delay' ends before it begins" } }, []); });
    expect(within(page).getByRole("status").textContent).toBe("'delay' ends before it begins");
  });

  it("reaches the notebook: code, where the page takes it", async () => {
    const inserted: unknown[] = [];
    const take = (event: Event): void => {
      event.preventDefault();
      inserted.push((event as CustomEvent<{ code?: string }>).detail.code);
    };
    document.addEventListener("workbench:insert", take);
    await draw(diff, (WIDGETS.find(([name]) => name === "diff")?.[2] ?? (() => ({})))("code"));
    fireEvent.click(within(page).getByRole("button", { name: "Insert code" }));
    document.removeEventListener("workbench:insert", take);
    expect(inserted).toEqual([undefined, "code"]);
  });

  it("reaches the page and the kernel: a record that is opened", async () => {
    const opened = vi.fn();
    document.addEventListener("workbench:open", (event) => { opened((event as CustomEvent<{ id: string }>).detail.id); }, { once: true });
    const model = await draw(run, { data: { run: { id: "r1", name: "wide", state: "complete" }, series: [] }, stoppable: false });
    fireEvent.click(within(page).getByRole("button", { name: "Open run" }));
    expect(opened).toHaveBeenCalledWith("r1");
    expect(model.sent).toEqual([{ type: "open", id: "r1" }]);
  });
});

describe("points", () => {
  it("that a notebook did not keep are asked for, and take the place of the sample", async () => {
    const sample = { ...points("origin", [1, 2]), rows: 4 };
    const model = await draw(dive, { data: sample, view: {} });
    expect(model.sent).toEqual([{ type: "points" }]);
    expect(page.textContent).toContain("2 of 4 rows drawn");
    const all = points("origin", [1, 1, 2, 2]) as { index: DataView; fields: { values: DataView }[] };
    const buffers = [all.index, ...all.fields.map((each) => each.values)];
    act(() => { model.emit("msg:custom", { type: "points", data: { ...all, index: undefined, fields: all.fields.map((each) => ({ ...each, values: undefined })) } }, buffers); });
    expect(page.textContent).toContain("4 rows");
    expect(within(page).getByRole("button", { name: /other/ }).textContent).toBe("other2");
  });
});
