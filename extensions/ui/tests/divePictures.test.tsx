/** What the canvas of points is drawn with: colours, places, facets, letters. */

import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Dive } from "../src/dive/Dive.js";
import type { Code, DiveData, DiveField } from "../src/dive/table.js";
import type { DiveView } from "../src/dive/view.js";

const TONES = ["#1010f0", "#f08010", "#10a010", "#8010a0", "#a09010"];
const FAINT = "#999999";
const WHITE = 0xffffffff;
const LETTER = 6;

interface Written {
  words: string;
  x: number;
  y: number;
  align: string;
  font: string;
}

/** As much of a canvas as the scene asks of one: it keeps the pixels and the letters of the last frame. */
class Paper {
  fillStyle = "#000000";
  strokeStyle = "#000000";
  font = "";
  textAlign = "left";
  textBaseline = "";
  lineWidth = 1;
  written: Written[] = [];
  boxes: [x: number, y: number, width: number, height: number][] = [];
  image: ImageData | null = null;
  left = 0;
  top = 0;

  createImageData(width: number, height: number): ImageData {
    return { width, height, data: new Uint8ClampedArray(4 * width * height), colorSpace: "srgb" };
  }
  putImageData(image: ImageData, left: number, top: number): void {
    Object.assign(this, { image, left, top, written: [], boxes: [] });
  }
  measureText(words: string): { width: number } {
    return { width: LETTER * words.length };
  }
  fillText(words: string, x: number, y: number): void {
    this.written.push({ words, x, y, align: this.textAlign, font: this.font });
  }
  strokeRect(x: number, y: number, width: number, height: number): void {
    this.boxes.push([x, y, width, height]);
  }
  strokeText(): void {}
  fillRect(): void {}
  setTransform(): void {}
  save(): void {}
  restore(): void {}
  beginPath(): void {}
  rect(): void {}
  clip(): void {}
  arc(): void {}
  stroke(): void {}
  translate(): void {}
  rotate(): void {}
}

let papers: Map<HTMLCanvasElement, Paper>;
const style = document.createElement("style");
style.textContent = `.wbu { ${TONES.map((tone, place) => `--wbu-c${String(place + 1)}: ${tone};`).join(" ")} --wbu-faint: ${FAINT}; --wbu-bg: #ffffff; }`;

beforeEach(() => {
  papers = new Map();
  document.head.append(style);
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement) {
    const paper = papers.get(this) ?? new Paper();
    papers.set(this, paper);
    return paper;
  } as unknown as HTMLCanvasElement["getContext"];
  // Without movement, so that the first frame is the last.
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: query.includes("reduced-motion"), addEventListener: vi.fn(), removeEventListener: vi.fn() }));
});

afterEach(() => {
  cleanup();
  style.remove();
  vi.unstubAllGlobals();
});

const ARRAYS = { u1: Uint8Array, i2: Int16Array, f4: Float32Array, f8: Float64Array, u4: Uint32Array };
const view = (code: keyof typeof ARRAYS, values: number[]): DataView => new DataView(ARRAYS[code].from(values).buffer);
const field = (name: string, type: DiveField["type"], code: Code & keyof typeof ARRAYS, values: number[], dictionary?: string[]): DiveField => ({
  name,
  type,
  code,
  values: view(code, values),
  ...(dictionary ? { dictionary } : {}),
});

/** Five rows, each with a colour of its own when it is coloured by `id`; every other column has an order of its own. */
const IDS = ["r1", "r2", "r3", "r4", "r5"];
const flights: DiveData = {
  name: "flights@3",
  variable: "flights",
  rows: 5,
  index: view("u4", [0, 1, 2, 3, 4]),
  fields: [
    field("id", "STRING", "u1", [1, 2, 3, 4, 5], IDS),
    field("origin", "STRING", "u1", [1, 1, 2, 2, 3], ["EWR", "JFK", "LGA"]),
    field("late", "BOOL", "u1", [1, 2, 1, 2, 2], ["false", "true"]),
    field("delay", "FLOAT", "f4", [40, 30, 20, 10, 0]),
    field("seats", "INT", "i2", [100, 300, 200, 500, 400]),
    field("at", "TIME", "f8", [2, 0, 4, 1, 3].map((month) => Date.UTC(2013, month, 1))),
  ],
};
const BARE: DiveView = { rows: null, columns: null, x: null, y: null, color: "id", label: null };

/** Draw, and give what is on the canvas once the frame is there. */
async function paint(more: DiveView, data = flights): Promise<Paper> {
  render(<Dive data={data} view={{ ...BARE, ...more }} height={260} locale="en" />);
  return drawn();
}
async function drawn(): Promise<Paper> {
  const paper = papers.get(screen.getByRole<HTMLCanvasElement>("application"));
  await waitFor(() => { expect(paper?.image).toBeTruthy(); });
  return paper as Paper;
}

interface Spot {
  x: number;
  y: number;
  pixels: number;
  /** How strong the colour is on the white ground, from 0 to 1. */
  depth: number;
}

const channels = (hex: string): number[] => [1, 3, 5].map((at) => 255 - Number.parseInt(hex.slice(at, at + 2), 16));
const INKS = TONES.map((tone) => ({ tone, ink: channels(tone), size: Math.hypot(...channels(tone)) }));

/** The tone that a pixel has some strength of, and how much. */
function toneOf(red: number, green: number, blue: number): [tone: string, depth: number] {
  const ink = [255 - red, 255 - green, 255 - blue];
  const size = Math.hypot(...ink);
  const likeness = INKS.map((each) => each.ink.reduce((sum, channel, place) => sum + channel * (ink[place] ?? 0), 0) / each.size);
  const best = INKS[likeness.indexOf(Math.max(...likeness))];
  return [best?.tone ?? "", size / (best?.size ?? 1)];
}

/** Of each tone the middle of its pixels, in CSS pixels of the canvas. */
function spotsOf({ image, left, top }: Paper): Map<string, Spot> {
  const spots = new Map<string, Spot>();
  const { data, width } = image as ImageData;
  new Uint32Array(data.buffer).forEach((pixel, at) => {
    if (pixel !== WHITE) {
      const [tone, depth] = toneOf(pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255);
      const spot = spots.get(tone) ?? { x: 0, y: 0, pixels: 0, depth: 0 };
      const mean = (known: number, next: number): number => (known * spot.pixels + next) / (spot.pixels + 1);
      spots.set(tone, { x: mean(spot.x, (at % width) + left), y: mean(spot.y, Math.floor(at / width) + top), pixels: spot.pixels + 1, depth: Math.max(spot.depth, depth) });
    }
  });
  return spots;
}

/** The rows by their places along one direction, told by their colours. */
function along(paper: Paper, direction: "x" | "y"): string[] {
  const spots = spotsOf(paper);
  const place = (tone: string): number => spots.get(tone)?.[direction] ?? NaN;
  return [...TONES].sort((a, b) => place(a) - place(b)).map((tone) => IDS[TONES.indexOf(tone)] ?? "");
}
const written = (paper: Paper, words: string): Written => {
  const found = paper.written.find((each) => each.words === words);
  if (!found) {
    throw new Error(`“${words}” is not written, but ${paper.written.map((each) => each.words).join(", ")}`);
  }
  return found;
};

describe("places", () => {
  const ORDERS: [string, string[]][] = [
    ["id", ["r1", "r2", "r3", "r4", "r5"]],
    ["delay", ["r5", "r4", "r3", "r2", "r1"]],
    ["seats", ["r1", "r3", "r2", "r5", "r4"]],
    ["at", ["r2", "r4", "r1", "r5", "r3"]],
  ];

  it.each(ORDERS)("across follow %s, with its name at the end", async (name, order) => {
    const paper = await paint({ x: name, y: "delay" });
    expect(along(paper, "x")).toEqual(order);
    expect(written(paper, `${name} →`).align).toBe("right");
  });

  it.each(ORDERS)("follow %s upwards", async (name, order) => {
    expect(along(await paint({ x: "seats", y: name }), "y")).toEqual([...order].reverse());
  });

  it("of texts are those of their names, whatever lies in them", async () => {
    const paper = await paint({ x: "late", y: "origin", color: "late" });
    const spots = spotsOf(paper);
    expect(spots.get(TONES[0] ?? "")?.x).toBeLessThan(spots.get(TONES[1] ?? "")?.x ?? 0);
    expect(written(paper, "EWR").y).toBeGreaterThan(written(paper, "LGA").y);
    expect(written(paper, "false").x).toBeLessThan(written(paper, "true").x);
  });

  it("stand in piles where there is only one axis", async () => {
    const paper = await paint({ x: "origin", color: "origin" });
    const spots = spotsOf(paper);
    const [ewr, jfk, lga] = TONES.map((tone) => spots.get(tone));
    expect([ewr?.x, jfk?.x, lga?.x]).toEqual([ewr?.x, jfk?.x, lga?.x].sort((a = 0, b = 0) => a - b));
    expect(ewr?.y).toBeLessThan(lga?.y ?? 0); // two points reach higher than one
  });

  it("have marks along both axes, and a logarithmic one says so", async () => {
    const wide = { ...flights, fields: flights.fields.map((each) => (each.name === "delay" ? field("delay", "FLOAT", "f4", [0, 1, 10, 100, 1000]) : each)) };
    const paper = await paint({ x: "delay", y: "seats", log_x: true }, wide);
    expect(written(paper, "delay (log) →")).toBeTruthy();
    const [ten, hundred, thousand] = ["10", "100", "1,000"].map((each) => written(paper, each).x) as [number, number, number];
    expect((thousand - hundred) / (hundred - ten)).toBeCloseTo(1, 1);
    expect(written(paper, "500").y).toBeLessThan(written(paper, "100").y);
  });
});

describe("colours", () => {
  const keyOf = (): [string | null | undefined, string][] =>
    [...document.querySelectorAll<HTMLElement>(".wbu-Legend-entry")].map((each) => [each.querySelector(".wbu-Legend-name")?.textContent, each.querySelector<HTMLElement>(".wbu-Legend-mark")?.style.background ?? ""]);

  it("of few values are tones, as the key beside the picture says", async () => {
    const spots = spotsOf(await paint({ color: "origin" }));
    const [ewr, jfk, lga] = TONES.map((tone) => spots.get(tone)?.pixels ?? 0);
    expect(ewr).toBeGreaterThan(0);
    expect([(jfk ?? 0) / (ewr ?? 1), (lga ?? 0) / (ewr ?? 1)]).toEqual([1, 0.5]);
    expect(keyOf().map(([name]) => name)).toEqual(["EWR", "JFK", "LGA"]);
    expect(keyOf().map(([, colour]) => colour)).toEqual(["rgb(16, 16, 240)", "rgb(240, 128, 16)", "rgb(16, 160, 16)"]);
  });

  it("of numbers and times are a ramp, the least light and the greatest dark", async () => {
    const brightness = (colour: string): number => (colour.match(/\d+/g) ?? []).reduce((sum, each) => sum + Number(each), 0);
    await paint({ color: "seats" });
    expect(keyOf().map(([name]) => name)).toEqual(["100", "200", "300", "400", "500"]);
    const [least = "", , , , most = ""] = keyOf().map(([, colour]) => colour);
    expect(brightness(least)).toBeGreaterThan(brightness(most));
    expect(new Set(keyOf().map(([, colour]) => colour)).size).toBe(5);
    cleanup();
    await paint({ color: "at" });
    expect(keyOf().map(([name]) => name)).toEqual(["2013-01", "2013-02", "2013-03", "2013-04", "2013-05"]);
  });

  it("are one where no column is chosen", async () => {
    const spots = spotsOf(await paint({ color: null }));
    expect([...spots.keys()]).toEqual(TONES.slice(0, 1));
    expect(keyOf()).toEqual([]);
  });

  it("fade where rows are not picked", async () => {
    const paper = await paint({ color: "origin" });
    const depths = (): (number | undefined)[] => TONES.slice(0, 3).map((tone) => spotsOf(paper).get(tone)?.depth);
    expect(depths()).toEqual([1, 1, 1]);
    paper.image = null;
    fireEvent.click(screen.getByRole("button", { name: /JFK/ }));
    await drawn();
    expect(depths()).toEqual([expect.closeTo(0.16, 2), 1, expect.closeTo(0.16, 2)]);
  });
});

describe("facets", () => {
  it("by columns stand side by side, under their names and counts", async () => {
    const paper = await paint({ columns: "origin", color: "origin" });
    expect(paper.boxes).toHaveLength(3);
    const spots = spotsOf(paper);
    paper.boxes.forEach(([x, , width], place) => {
      const spot = spots.get(TONES[place] ?? "");
      const name = written(paper, ["EWR", "JFK", "LGA"][place] ?? "");
      expect(spot?.x).toBeGreaterThan(x);
      expect(spot?.x).toBeLessThan(x + width);
      expect(name.x).toBeGreaterThan(x);
      expect(name.x).toBeLessThan(x + width);
      expect(name.y).toBeLessThan(26);
    });
    expect(paper.written.filter((each) => /^ \d$/.test(each.words)).map((each) => each.words)).toEqual([" 2", " 2", " 1"]);
  });

  it("by rows stand one under another, their names before them", async () => {
    const paper = await paint({ rows: "late", color: "late" });
    expect(paper.boxes).toHaveLength(2);
    const spots = spotsOf(paper);
    paper.boxes.forEach(([x, y, , height], place) => {
      const spot = spots.get(TONES[place] ?? "");
      const name = written(paper, ["false", "true"][place] ?? "");
      expect(spot?.y).toBeGreaterThan(y);
      expect(spot?.y).toBeLessThan(y + height);
      expect([name.align, name.x < x]).toEqual(["right", true]);
      expect(name.y).toBeGreaterThan(y);
      expect(name.y).toBeLessThan(y + height);
    });
  });

  it("by both hold each point where its row and its column meet", async () => {
    const paper = await paint({ rows: "late", columns: "origin" });
    expect(paper.boxes).toHaveLength(6);
    const cellOf = ({ x, y }: Spot): number => paper.boxes.findIndex(([left, top, width, height]) => x > left && x < left + width && y > top && y < top + height);
    const spots = spotsOf(paper);
    // Cells row by row: not late from EWR, JFK, LGA, then late.
    expect(TONES.map((tone) => cellOf(spots.get(tone) ?? { x: 0, y: 0, pixels: 0, depth: 0 }))).toEqual([0, 3, 1, 4, 5]);
    expect(screen.getByRole("application").getAttribute("aria-label")).toContain("6 facets; the largest: late false, origin EWR: 1 points, 20.0 %.");
  });

  it("by numbers and times are their values, or ranges of them", async () => {
    const paper = await paint({ rows: "seats", columns: "at" });
    expect(paper.boxes).toHaveLength(25);
    expect(["2013-01", "2013-05", "100", "500"].map((each) => written(paper, each).words)).toHaveLength(4);
  });

  it("have an axis each", async () => {
    const paper = await paint({ columns: "late", x: "seats", y: "delay" });
    expect(paper.written.filter((each) => each.words === "300")).toHaveLength(2);
    expect(paper.written.filter((each) => each.words === "seats →")).toHaveLength(1);
  });
});

describe("labels", () => {
  it("stand beside their points", async () => {
    const paper = await paint({ label: "id", x: "delay", y: "seats" });
    const spots = spotsOf(paper);
    IDS.forEach((id, place) => {
      const spot = spots.get(TONES[place] ?? "");
      const label = written(paper, id);
      expect(label.align).toBe("left");
      expect(label.x - (spot?.x ?? 0)).toBeCloseTo(8.5, -1);
      expect(Math.abs(label.y - (spot?.y ?? 0))).toBeLessThan(2);
    });
  });

  it("say the value of any column as a person reads it", async () => {
    const paper = await paint({ label: "at" });
    expect(paper.written.map((each) => each.words)).toEqual(expect.arrayContaining(["Mar 1, 2013, 00:00", "May 1, 2013, 00:00"]));
    cleanup();
    expect((await paint({ label: "seats" })).written.map((each) => each.words)).toEqual(["100", "300", "200", "500", "400"]);
  });

  it("are not there unless a column is chosen", async () => {
    expect((await paint({ label: null })).written).toEqual([]);
  });

  const many = (rows: number): DiveData => {
    const each = (value: (row: number) => number): number[] => Array.from({ length: rows }, (_, row) => value(row));
    const fields = [field("id", "STRING", "u1", each((row) => 1 + (row % 5)), IDS), field("delay", "FLOAT", "f4", each((row) => row)), field("at", "TIME", "f8", each(() => Date.UTC(2013, 0, 1)))];
    return { ...flights, rows, index: view("u4", each((row) => row)), fields };
  };

  it("stand within points that are large enough, shortened to what has room", async () => {
    const paper = await paint({ label: "at" }, many(400));
    expect(paper.written).toEqual([]);
    paper.image = null;
    fireEvent.click(screen.getByRole("button", { name: "Zoom in" }));
    await drawn();
    expect(paper.written.length).toBeGreaterThan(100);
    expect(new Set(paper.written.map((each) => `${each.align} ${each.words}`))).toEqual(new Set(["center Jan…"]));
  });

  it("give way where there are too many points", async () => {
    const labelsOf = async (rows: number): Promise<number> => (await paint({ label: "id", x: "delay", y: "delay" }, many(rows))).written.filter((each) => IDS.includes(each.words)).length;
    expect(await labelsOf(90)).toBe(90);
    cleanup();
    expect(await labelsOf(91)).toBe(0);
  });

  it("follow the menu", async () => {
    const wanted = vi.fn();
    render(<Dive data={flights} view={BARE} onView={wanted} locale="en" />);
    for (const [word, name] of [["label", "id"], ["rows by", "late"], ["columns by", "origin"], ["colour", "at"], ["x", "seats"], ["y", "delay"]] as const) {
      fireEvent.change(screen.getByLabelText(word), { target: { value: name } });
    }
    expect(wanted.mock.calls.map(([made]) => made as DiveView)).toEqual([
      expect.objectContaining({ label: "id" }),
      expect.objectContaining({ rows: "late" }),
      expect.objectContaining({ columns: "origin" }),
      expect.objectContaining({ color: "at" }),
      expect.objectContaining({ x: "seats" }),
      expect.objectContaining({ y: "delay" }),
    ]);
    await drawn();
  });
});
