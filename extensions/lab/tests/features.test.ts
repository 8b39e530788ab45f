/** Which features are found, what a training set is made of, and code in colours. */

import { describe, expect, it } from "vitest";
import type { ICandidate } from "../src/api";
import { chosenOf, filtered, NOTHING_CHOSEN } from "../src/features/filters";
import { freshened, namesOf, wantedCode, type IWanted } from "../src/features/wanted";
import { beyondChance, distinct } from "../src/features/suggestions";
import { pieces } from "../src/highlight";
import type { IFeatureRecord } from "../src/tokens";

function view(name: string, more: Partial<IFeatureRecord> = {}): IFeatureRecord {
  return {
    id: name, kind: "feature_view", name, version: 1, ref: `${name}@1`, title: name, fact: "", facts: {}, state: "live",
    chips: [], created_at: "", used_at: "", code: "", features: ["temp", "gust"], entities: ["origin"], owner: "anna",
    tags: [], description: "", freshness: "fresh", ...more,
  };
}

const weather = view("weather", { tags: ["open"], description: "What the station measured" });
const plane = view("plane", { features: ["seats"], entities: ["plane"], owner: "ben", freshness: "static" });
const station = view("station_delay", { owner: "ben", freshness: "stale", tags: ["open", "pii"] });
const all = [weather, plane, station];
const names = (found: readonly IFeatureRecord[]): string[] => found.map(({ name }) => name);

describe("the catalogue", () => {
  it("finds all words anywhere, and what is named so first", () => {
    expect(names(filtered(all, "", NOTHING_CHOSEN))).toEqual(["weather", "plane", "station_delay"]);
    expect(names(filtered(all, "STATION", NOTHING_CHOSEN))).toEqual(["station_delay", "weather"]);
    expect(names(filtered(all, "station gust anna", NOTHING_CHOSEN))).toEqual(["weather"]);
    expect(names(filtered(all, "seats", NOTHING_CHOSEN))).toEqual(["plane"]);
  });

  it("keeps what has every chosen value", () => {
    expect(names(filtered(all, "", { ...NOTHING_CHOSEN, owner: "ben", tag: "pii" }))).toEqual(["station_delay"]);
    expect(names(filtered(all, "weather", { ...NOTHING_CHOSEN, freshness: "stale" }))).toEqual([]);
  });

  it("offers each value with how many have it", () => {
    expect(chosenOf(all, "tag")).toEqual([["open", 2], ["pii", 1]]);
    expect(chosenOf(all, "owner")).toEqual([["ben", 2], ["anna", 1]]);
  });

  it("is quick with thousands", () => {
    const many = Array.from({ length: 20_000 }, (_, place) => view(`view_${String(place)}`));
    expect(names(filtered(many, "view_19999", NOTHING_CHOSEN))).toEqual(["view_19999"]);
  });
});

describe("the features of a training set", () => {
  it("are a view, or some of its columns; all of them are the view again", () => {
    expect(namesOf(["plane"], weather, null)).toEqual(["plane", "weather"]);
    expect(namesOf(["weather", "plane"], weather, null)).toEqual(["plane"]);
    expect(namesOf(["weather", "plane"], weather, "temp")).toEqual(["weather:gust", "plane"]);
    expect(namesOf(["weather:gust", "plane"], weather, "temp")).toEqual(["weather", "plane"]);
    expect(namesOf(["weather:gust"], weather, "gust")).toEqual([]);
    expect(namesOf(["weather:gust", "plane"], weather, null)).toEqual(["plane"]);
  });

  it("are not mixed with those of a view whose name begins alike", () => {
    expect(namesOf(["weather_hourly:temp"], weather, null)).toEqual(["weather_hourly:temp", "weather"]);
  });

  it("grow when more are asked for, and a spine replaces the one before", () => {
    const first = freshened(null, { spine: "flights@1", features: ["plane"] });
    const next = freshened({ ...first, label: "late" }, { features: ["weather", "plane"] });
    expect(next).toMatchObject({ spine: "flights@1", label: "late", features: ["plane", "weather"] });
    expect(freshened(next, { spine: "other@1" })).toMatchObject({ spine: "other@1", label: "", features: ["plane", "weather"] });
  });
});

describe("the code of a training set", () => {
  const wanted: IWanted = { spine: "flights@3", time: "", label: "", features: ["weather", "plane:seats"], name: "delay examples" };
  const spine = { ref: "flights@3", rows: 7, time: "time_hour", label: "late", columns: [] };

  it("names what differs from the dataset's own alone", () => {
    expect(wantedCode(wanted, spine)).toBe(
      'delay_examples = wb.training_set(\n    "flights@3",\n    ["weather", "plane:seats"],\n    name="delay examples",\n)\ndelay_examples',
    );
    const other = wantedCode({ ...wanted, label: "late", time: "landed" }, spine);
    expect(other).toContain('time="landed"');
    expect(other).not.toContain("label=");
  });

  it("stays Python for names of any kind", () => {
    const code = wantedCode({ ...wanted, name: '7 "x"\\', spine: "" }, null);
    expect(code).toContain('name="7 \\"x\\"\\\\"');
    expect(code).toMatch(/^examples = wb\.training_set\(\n {4}spine,/);
    expect(wantedCode({ ...wanted, name: "航班" }, null)).toMatch(/^航班 = /);
    expect(wantedCode({ ...wanted, name: "class" }, null)).toMatch(/^examples = /);
    expect(wantedCode({ ...wanted, name: "wb" }, null)).toMatch(/^examples = /);
  });

  it("breaks a long list into lines", () => {
    const features = Array.from({ length: 9 }, (_, place) => `weather_hourly:feature_${String(place)}`);
    expect(wantedCode({ ...wanted, features }, spine).split("\n")).toContain('        "weather_hourly:feature_8",');
  });
});

describe("code in colours", () => {
  const kinds = (code: string, language: "python" | "sql"): string[] =>
    pieces(code, language).filter(({ kind }) => kind !== null).map(({ kind, text }) => `${String(kind)}:${text}`);

  it("tells words, texts, numbers and notes apart", () => {
    expect(kinds('for x in "for # y": 3.5 # for', "python")).toEqual(["word:for", "word:in", 'text:"for # y"', "number:3.5", "note:# for"]);
    expect(kinds("select \"from\" FROM t -- where\nWHERE a = 'it''s' AND b2 > 4", "sql")).toEqual([
      "word:select", 'mark:"from"', "word:FROM", "note:-- where", "word:WHERE", "text:'it''s'", "word:AND", "number:4",
    ]);
  });

  it.each(['x = """a\n"b" """\n@wb.feature_view(ttl=1)', "'open", 'f"{x}', "表 = 'é'", "", "a\\'b"])("loses nothing of %j", (code) => {
    for (const language of ["python", "sql"] as const) {
      expect(pieces(code, language).map(({ text }) => text).join("")).toBe(code);
    }
  });
});

describe("suggested features", () => {
  const candidate = (feature: string, more: Partial<ICandidate> = {}): ICandidate => ({
    feature, view: "v", source: "", parts: null, worth: 0.6, present: 1, sure: true, like: null, ...more,
  });

  it("lists those that surely tell something, and nothing twice", () => {
    const found = [candidate("v:a"), candidate("v:b", { like: "v:a" }), candidate("v:c", { sure: false })];
    expect(distinct(found).map(({ feature }) => feature)).toEqual(["v:a"]);
  });

  it("draws worth from what chance gives", () => {
    expect([0.4, 0.5, 0.75, 1].map((worth) => beyondChance(worth, 0.5))).toEqual([0, 0, 0.5, 1]);
    expect(beyondChance(0.3, 0)).toBe(0.3);
  });
});
