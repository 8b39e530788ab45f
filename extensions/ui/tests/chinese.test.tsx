/** The interface in Chinese: every text of the sources is translated, and no English is left in any picture. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanup, fireEvent, render } from "@testing-library/react";
import type { JSX } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chinese } from "../src/chinese.js";
import { anomalies } from "../src/chineseAnomalies.js";
import type { ColumnStatistics, ColumnType, Feature, StatisticsData } from "../src/data.js";
import type { DiffColumn, DiffData } from "../src/diff/model.js";
import type { DiveData } from "../src/dive/table.js";
import type { DriftColumn, DriftData } from "../src/drift/model.js";
import type { Candidate, FreshnessData, JoinedView, ThroughData } from "../src/features/model.js";
import { Diff, Dive, DriftView, Freshness, JoinPicture, Schema, Spans, StatisticsTable, ThroughTime } from "../src/index.js";
import type { SchemaColumn, SchemaData } from "../src/schema/model.js";
import type { SpanColumn } from "../src/spans/model.js";

describe("the texts of the sources", () => {
  const extensions = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const sources = ["ui/src", "widgets/src", "lab/src"].flatMap((folder) =>
    readdirSync(join(extensions, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path) && !/chinese|generated/.test(path))
      .map((path) => readFileSync(join(extensions, folder, path), "utf8")),
  );
  const TEXT = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'/g;
  const textsIn = (code: string): string[] => [...code.matchAll(TEXT)].map(([, double, single]) => (double ?? single ?? "").replaceAll('\\"', '"'));
  /** The texts that stand as the first argument of `t`; of a choice both, but not what is compared. */
  const translated = sources.flatMap((code) =>
    [...code.matchAll(/(?<![\w.])(?:language\.)?t\(\s*((?:[^"'(),]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')+)/g)].flatMap(([, first = ""]) => textsIn(first.replaceAll(/===\s*"[^"]*"/g, ""))),
  );
  const places = (text: string): string[] => (text.match(/%\d/g) ?? []).sort();

  it("each have a Chinese one, with the same places for values", () => {
    expect(new Set(translated).size).toBeGreaterThan(200);
    expect([...new Set(translated)].filter((text) => text !== "" && !(text in chinese))).toEqual([]);
    expect(Object.entries(chinese).filter(([text, own]) => places(text).join() !== places(own).join())).toEqual([]);
  });

  it("are all that is translated, but for what the kernel names", () => {
    const known = new Set(sources.flatMap((code) => [...textsIn(code), ...[...code.matchAll(/^\s+(\w+): "/gm)].map(([, key]) => key)]));
    expect(Object.keys(chinese).filter((text) => !known.has(text) && !(text in anomalies) && ![...TYPES, ...ROLES].includes(text))).toEqual([]);
  });
});

/** What the kernel names: types of columns, in small letters, and roles. */
const TYPES = ["int", "float", "string", "bool", "time", "bytes", "struct"];
const ROLES = ["time", "created", "label", "key", "group", "stratify", "split"];

/** Names that are the same in every language: of measures, of an encoding, of a key and of axes. */
const NAMES = /JSD|PSI|KS|L∞|Wasserstein|Cramér's V|UTF-8|Shift|\b[qxy]\b/g;
/** In the pictures of data whose names and values have no Latin letter, words with one are the interface's own. */
const LATIN = /\p{Script=Latin}/u;

const SPOKEN = ["aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "title", "placeholder", "alt"];

/** Texts and attributes that a person reads or hears, but not code, that still have Latin letters. */
function english(container: Element): string[] {
  const code = new Set([...container.querySelectorAll("code, pre")].map((each) => each.textContent));
  const found: string[] = [];
  const walker = document.createTreeWalker(container, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement?.closest("code, pre")) {
      found.push(walker.currentNode.nodeValue ?? "");
    }
  }
  for (const element of container.querySelectorAll(SPOKEN.map((name) => `[${name}]`).join())) {
    found.push(...SPOKEN.map((name) => element.getAttribute(name) ?? ""));
  }
  return found.filter((text) => LATIN.test(text) && !code.has(text) && LATIN.test(text.replaceAll(NAMES, "")));
}

/** Draw in Chinese, then choose, press and type all there is, and read the page after each. */
function englishIn(picture: JSX.Element, typed = "甲"): string[] {
  const { container } = render(picture);
  const found = english(container);
  const doing = (act: () => void): void => {
    act();
    found.push(...english(container));
  };
  const all = (selector: string): HTMLElement[] => [...container.querySelectorAll<HTMLElement>(selector)];
  const pressKeys = (): void => {
    all("[role=listbox], svg[tabindex], canvas, input[type=range]").forEach((each) => {
      ["ArrowDown", "ArrowRight", "Enter"].forEach((key) => { doing(() => { fireEvent.keyDown(each, { key }); }); });
    });
  };
  const expandAll = (): void => { doing(() => { all("button[aria-expanded=false]").forEach((each) => { fireEvent.click(each); }); }); };
  all("select:not([aria-label=排序方式])").forEach((select) => {
    [...select.querySelectorAll<HTMLOptionElement>("option:not(:disabled)")].forEach((option) => { doing(() => { fireEvent.change(select, { target: { value: option.value } }); }); });
  });
  pressKeys(); // before a table takes the place of a picture
  all("button[aria-pressed], [role=tab]").forEach((each) => { doing(() => { fireEvent.click(each); }); });
  expandAll();
  all("select[aria-label=图形] option").forEach((option) => { doing(() => { fireEvent.change(option.parentElement as HTMLElement, { target: { value: (option as HTMLOptionElement).value } }); }); });
  pressKeys();
  for (const kind of ["text", "search"]) {
    doing(() => { all(`input[type=${kind}]`).forEach((each) => { fireEvent.change(each, { target: { value: typed } }); }); });
  }
  return [...new Set(found)];
}

describe("no English is left in", () => {
  beforeEach(() => {
    HTMLCanvasElement.prototype.getContext = vi.fn(() => null) as unknown as HTMLCanvasElement["getContext"];
  });
  afterEach(cleanup);

  const language = { locale: "zh-CN" };
  const anomaly = { kind: "种", severity: "ERROR" as const, short: "异", description: "常", code: "δ" };

  describe("statistics", () => {
    const quantiles = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const figures: ColumnStatistics = { count: 90, missing: 10, nan: 1, zeros: 2, infinite: 1, mean: 2, std: 1, min: 0, median: 2, max: 10, unique: 9, approximate: true, bars: [30, 60], quantiles, weighted: { count: 9, missing: 1, bars: [1, 8] } };
    const lengths = { avg_length: 2, min_length: 1, max_length: 3, invalid_utf8: 1 };
    const texts: ColumnStatistics = { count: 90, missing: 10, unique: 50, counts: [60, null, 5], ...lengths };
    const lists = [{ count: 9, missing: 1, empty: 1, min: 0, max: 10, total: 40, quantiles }];
    const images = { formats: { 图: 3 }, modes: { 色: 3 }, unreadable: 1, widths: quantiles, heights: quantiles, max_bytes: 9 };
    const column = (name: string, type: ColumnType, stats: ColumnStatistics, more: Partial<Feature> = {}): Feature => ({ name, type, range: [0, 10], values: ["α", "β", ""], stats: [stats, { ...stats, missing: 20 }], drift: 0.2, ...more });
    const found = [{ ...anomaly, column: "甲" }, { ...anomaly, column: "甲", severity: "WARNING" as const }];
    const features = [
      column("甲", "INT", figures, { anomalies: found }),
      column("乙", "FLOAT", { ...figures, lists }),
      column("丙", "FLOAT", { ...figures, lists: [...lists, ...lists] }, { drift: 0.00001 }),
      column("丁", "STRING", texts),
      column("戊", "STRING", { ...texts, words: { count: 9, mean: 2, unique: 5, top: [["词", 3]] } }),
      column("己", "BOOL", texts),
      column("庚", "TIME", { ...figures, min: Date.UTC(2013, 0, 1), median: Date.UTC(2013, 5, 1), max: Date.UTC(2013, 11, 31), quantiles: quantiles.map((month) => Date.UTC(2013, month, 1)) }, { range: [Date.UTC(2013, 0, 1), Date.UTC(2013, 11, 31)] }),
      column("辛", "BYTES", { ...texts, images }),
      column("壬", "STRUCT", { count: 9, missing: 1 }),
      column("壬.癸", "INT", { count: 0, missing: 0 }, { path: ["壬", "癸"], stats: [{ count: 0, missing: 0 }, null] }),
      column("", "INT", { count: 9, missing: 1 }),
    ];
    const data: StatisticsData = {
      datasets: [{ name: "航班", rows: 100, weight: "座", weighted_rows: 90 }, { name: "样本", rows: 1, sampled_from: 100 }],
      features,
      anomalies: [{ ...anomaly, column: "" }],
      pairs: [["乙", "丙", 0.5, 0.1], ["乙", "丁", null, 0.1]],
    };

    it.each(features.map((each) => [each.name, each.type, each]))("of %s, %s", (_name, _type, each) => {
      expect(englishIn(<StatisticsTable data={{ ...data, features: [each] }} {...language} />)).toEqual([]);
    });

    it("of columns of each kind, beside one another", () => {
      const { container } = render(<StatisticsTable data={data} code="δ" onInsertCode={vi.fn()} {...language} />);
      [...container.querySelectorAll("button")].forEach((each) => { fireEvent.click(each); });
      expect(english(container)).toEqual([]);
    });

    it("of columns in each role", () => {
      const { container } = render(<StatisticsTable data={{ ...data, features: ROLES.map((role, place) => column(`甲${String(place)}`, "INT", figures, { role })) }} {...language} />);
      expect(english(container)).toEqual([]);
    });

    it("of many slices, and of nothing", () => {
      const slices = Array.from({ length: 7 }, (_, place) => ({ name: `片${String(place)}`, rows: 10 }));
      expect(englishIn(<StatisticsTable data={{ datasets: slices, features: [column("甲", "INT", figures, { stats: slices.map(() => figures) })] }} {...language} />)).toEqual([]);
      cleanup();
      expect(englishIn(<StatisticsTable data={{ datasets: [], features: [] }} onInsertCode={vi.fn()} code="δ" {...language} />)).toEqual([]);
    });
  });

  it("points", () => {
    const view = (values: Uint8Array | Float64Array | Uint32Array): DataView => new DataView(values.buffer as ArrayBuffer);
    const rows = 24;
    const each = (value: (row: number) => number): Float64Array => Float64Array.from({ length: rows }, (_, row) => value(row));
    const data: DiveData = {
      name: "航班",
      variable: "δ",
      rows: 1000,
      index: view(Uint32Array.from({ length: rows }, (_, row) => row)),
      fields: [
        { name: "甲", type: "STRING", code: "u1", values: view(Uint8Array.from({ length: rows }, (_, row) => row % 20)), dictionary: Array.from({ length: 19 }, (_, place) => `值${String(place)}`) },
        { name: "乙", type: "FLOAT", code: "f8", values: view(each((row) => (row === 3 ? NaN : row / 7))) },
        { name: "丙", type: "TIME", code: "f8", values: view(each((row) => Date.UTC(2013, row % 12, 1))) },
        { name: "丁", type: "BOOL", code: "u1", values: view(Uint8Array.from({ length: rows }, (_, row) => row % 3)), dictionary: ["是", "否"] },
      ],
    };
    for (const shown of [{}, { x: "乙", y: "丙", columns: "丁", rows: "甲", log_x: true }, { x: "乙", color: "乙" }]) {
      expect(englishIn(<Dive data={data} view={shown} {...language} />)).toEqual([]);
      cleanup();
    }
    expect(englishIn(<Dive data={{ ...data, fields: [] }} {...language} />)).toEqual([]);
    cleanup();
    expect(englishIn(<Dive data={{ ...data, index: view(new Uint32Array(0)) }} onInsertCode={vi.fn()} {...language} />)).toEqual([]);
  });

  const span = (name: string, type: ColumnType, more: Partial<SpanColumn> = {}): SpanColumn => ({
    name,
    type,
    kind: "ranges",
    marks: ["0", "10", "20"],
    shares: [[9000, 900], [5000, 4900], [4000, 5000]],
    missing: [100, 100, 1000],
    mean: [4, 9, 10],
    moved: [null, 0.02, 0.2],
    ...more,
  });
  const spans = ["一月", "二月", "三月"].map((name) => ({ name, rows: 1000 }));
  const columns: SpanColumn[] = [
    span("甲", "FLOAT"),
    span("乙", "STRING", { kind: "values", marks: ["α", ""] }),
    span("丙", "TIME"),
    span("丁", "INT", { kind: "numbers", marks: ["1", "2"] }),
    span("戊", "BOOL", { kind: "values", marks: ["是", "否"] }),
    span("己", "BYTES", { kind: "none", marks: [], shares: [[], [], []], moved: [null, null, null] }),
  ];

  it.each(columns.map((each) => [each.name, each.type, each.kind]))("spans: %s, %s, %s", (name) => {
    expect(englishIn(<Spans data={{ name: "航班", spans, columns }} column={name} code="δ" {...language} />)).toEqual([]);
  });

  it.each(columns.map((each) => [each.name, each.type, each.kind]))("drift: %s, %s, %s", (name) => {
    const measures = { jsd: 0.2, psi: 0.3, l_infinity: 0.2, ks: 0.1, wasserstein_scaled: 0.2, cramers_v: 0.1, q_value: 0.0001 };
    const data: DriftData = { name: "航班", spans, columns: columns.map((each): DriftColumn => ({ ...each, measures })), only_a: ["庚"], only_b: ["辛", "壬", "癸"] };
    expect(englishIn(<DriftView data={data} column={name} code="δ" {...language} />)).toEqual([]);
  });

  it("spans and drift of nothing", () => {
    expect(englishIn(<Spans data={{ name: "航班", spans: [], columns: [] }} onInsertCode={vi.fn()} code="δ" {...language} />)).toEqual([]);
    cleanup();
    expect(englishIn(<DriftView data={{ name: "航班", spans: spans.slice(0, 2), columns: [] }} {...language} />)).toEqual([]);
  });

  it("differences", () => {
    const column = (name: string, more: Partial<DiffColumn> = {}): DiffColumn => ({ name, type: "型", state: "kept", changed: 0, drift: null, ...more });
    const data: DiffData = {
      a: { name: "航班一", rows: 100 },
      b: { name: "航班二", rows: 102 },
      key: ["键"],
      added: 3,
      removed: 1,
      changed: 2,
      unchanged: 97,
      columns: [column("甲", { state: "added" }), column("乙", { state: "removed" }), column("丙", { state: "retyped", before: "旧" }), column("丁", { changed: 2, drift: { jsd: 0.2, where: "0", share_a: 0.1, share_b: 0.4 } }), column("戊")],
      samples: {
        added: { columns: ["键"], rows: [["7"]] },
        removed: { columns: ["键"], rows: [[null]] },
        changed: [{ key: ["1"], cells: { 丁: ["5", null] } }],
      },
    };
    expect(englishIn(<Diff data={data} code="δ" {...language} />)).toEqual([]);
    cleanup();
    expect(englishIn(<Diff data={{ ...data, key: [], columns: [column("戊")], samples: {} }} onInsertCode={vi.fn()} code="δ" {...language} />)).toEqual([]);
  });

  it("features through time", () => {
    const kinds = ["quartiles", "share", "different", "missing"] as const;
    const features = kinds.flatMap((kind) => Array.from({ length: 8 }, (_, place) => ({ name: `特${"甲乙丙丁"[kinds.indexOf(kind)] ?? ""}${String(place)}`, type: "型", kind, missing: [0, 0.5], low: [1, 2], middle: [2, 3], high: [3, 4] })));
    const units: ThroughData["unit"][] = ["minute", "hour", "day", "week", "month", "quarter", "year"];
    for (const unit of units) {
      const data: ThroughData = { unit, starts: [Date.UTC(2013, 0, 1), Date.UTC(2013, 1, 1)], rows: [10, 20], sampled: unit === "day" ? 5 : null, keys: unit === "hour" ? 7 : null, features };
      expect(englishIn(<ThroughTime data={data} code="δ" {...language} />)).toEqual([]);
      cleanup();
    }
  });

  it("freshness", () => {
    const data: FreshnessData = { now: "2013-01-02T00:00:00Z", word: "fresh", ttl: 60, rows: 3, newest: "2013-01-01T00:00:00Z", written: "2013-01-01T00:00:00Z", source: "push", materialized: null, as_of: null, times: ["2013-01-01T00:00:00Z"] };
    for (const more of [{}, { word: "stale", source: "materialize", as_of: "2013-01-01T12:00:00Z" }, { word: "static", source: "stream", ttl: null, newest: null, times: [] }]) {
      expect(englishIn(<Freshness data={{ ...data, ...more }} {...language} />)).toEqual([]);
      cleanup();
    }
  });

  it("the join of rows", () => {
    const at = Date.UTC(2013, 0, 1);
    const reasons: Candidate["reason"][] = [null, "expired", "late", "tie", "older", "future", "null"];
    const candidates = reasons.map((reason, place): Candidate => ({ event: at - place, created: at, visible: at, value: "7", reason }));
    const view = (name: string, more: Partial<JoinedView>): JoinedView => ({ view: name, feature: "特", keys: "键 1", status: "present", isStatic: false, isAggregated: false, ttl: 60_000, value: "7", candidates, ...more });
    const views = [view("甲", {}), view("乙", { isAggregated: true, status: "missing" }), view("丙", { ttl: null, status: "expired", value: null }), view("丁", { isStatic: true })];
    expect(englishIn(<JoinPicture rows={[{ row: 7, at, label: "键 1", views }]} {...language} />)).toEqual([]);
  });

  it("schemas", () => {
    const column = (name: string, type: string, more: Partial<SchemaColumn> = {}): SchemaColumn => ({ name, type, present: 0.9, values: null, minimum: null, maximum: null, tolerate: null, absent: ["用"], drift: 0.1, skew: null, ...more });
    const edits = [{ column: "甲", changes: { maximum: 900 } }];
    const data: SchemaData = {
      ref: "航班@1",
      name: "航班",
      columns: [column("甲", "INT", { minimum: 0, maximum: 60 }), column("乙", "STRING", { values: ["α"], tolerate: 0.1 }), ...["FLOAT", "TIME"].map((type, place) => column(`丁${String(place)}`, type))],
      anomalies: [{ ...anomaly, column: "甲", edits }, { ...anomaly, column: "新", edits: [{ column: "新", add: "INT", changes: { present: 1 } }] }, { ...anomaly, column: "", edits: [] }],
    };
    for (const typed of ["甲", "一, 一", "1.5", "140"]) {
      expect(englishIn(<Schema data={data} onSave={vi.fn()} {...language} />, typed)).toEqual([]);
      cleanup();
    }
    const { container } = render(<Schema data={data} status={{ saved: "航班@2" }} {...language} />);
    expect(container.textContent).toContain("已保存为 航班@2。");
    [...container.querySelectorAll("button")].forEach((each) => { fireEvent.click(each); });
    expect(english(container)).toEqual([]);
    cleanup();
    expect(englishIn(<Schema data={{ ref: null, name: null, columns: [], anomalies: [] }} onSave={vi.fn()} {...language} />)).toEqual([]);
  });
});
