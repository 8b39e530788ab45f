import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { Diff } from "../src/diff/Diff.js";
import { columnsOf, isChanged, pieces, type DiffColumn, type DiffData } from "../src/diff/model.js";

afterEach(cleanup);

const column = (name: string, more: Partial<DiffColumn> = {}): DiffColumn => ({ name, type: "float64", state: "kept", changed: 0, drift: null, ...more });
const data = (more: Partial<DiffData> = {}): DiffData => ({
  a: { name: "flights@1", rows: 100 },
  b: { name: "flights@2", rows: 102 },
  key: ["id"],
  added: 3,
  removed: 1,
  changed: 2,
  unchanged: 97,
  columns: [column("late", { state: "added" }), column("delay", { changed: 2, drift: { jsd: 0.2, where: "0 – 10", share_a: 0.1, share_b: 0.4 } }), column("name", { changed: 1 }), column("still")],
  samples: {
    added: { columns: ["id", "name"], rows: [["7", "<script>alert(1)</script>"]] },
    removed: null,
    changed: [
      { key: ["1"], cells: { delay: ["5", null] } },
      { key: ["2"], cells: { delay: ["5", "51"], name: ["Jon", "John"] } },
    ],
  },
  ...more,
});

describe("a difference", () => {
  it("marks what is a text's own, between what both share", () => {
    expect(pieces("John", "Jon").map((each) => each.text + (each.isChanged ? "*" : ""))).toEqual(["Jo", "h*", "n"]);
    expect(pieces("aa", "a").filter((each) => each.isChanged).map((each) => each.text)).toEqual(["a"]);
    expect(pieces("same", "same")).toEqual([{ text: "same", isChanged: false }]);
  });

  it("lists columns that changed in the order of the columns", () => {
    const { columns, samples } = data();
    expect(columnsOf(samples?.changed ?? [], columns)).toEqual(["delay", "name"]);
    expect(columns.filter(isChanged).map((each) => each.name)).toEqual(["late", "delay", "name"]);
  });
});

describe("the widget", () => {
  it("says the counts in words, and shows old cells beside new ones", () => {
    render(<Diff data={data()} locale="en" />);
    expect(screen.getByRole("img").getAttribute("aria-label")).toBe("3 added, 1 removed, 2 changed, 97 unchanged");
    expect(screen.getAllByRole("cell").map((each) => each.textContent)).toEqual(["before 5after missing", "·", "before 5after 51", "before Jonafter John"]);
  });

  it("goes from a column to the rows in which it changed, and back to all", () => {
    render(<Diff data={data()} locale="en" />);
    fireEvent.click(screen.getByRole("tab", { name: "columns · 3 changed" }));
    expect(screen.getByText("0 – 10")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "name" }));
    expect(screen.getAllByRole("rowheader").map((each) => each.textContent)).toEqual(["2"]);
    fireEvent.click(screen.getByRole("button", { name: "all columns" }));
    expect(screen.getAllByRole("rowheader")).toHaveLength(2);
  });

  it("is walked by arrows, and writes values as text", () => {
    const { container } = render(<Diff data={data()} locale="en" />);
    fireEvent.keyDown(screen.getByRole("tab", { selected: true }), { key: "ArrowRight" });
    expect(screen.getByRole("tab", { selected: true }).textContent).toBe("added rows");
    expect(screen.getByText("<script>alert(1)</script>")).toBeTruthy();
    expect(container.querySelector("script")).toBeNull();
  });

  it("sets numbers to the right, under one another by their last digits", () => {
    const columns = [column("id", { type: "int64" }), column("delay", { type: "double", changed: 2 }), column("name", { type: "string", changed: 1 })];
    render(<Diff data={data({ columns })} locale="en" />);
    expect(screen.getAllByRole("columnheader").map((each) => each.className)).toEqual(["wbu-Right", "wbu-Right", ""]);
    expect(screen.getAllByRole("rowheader").every((each) => each.className === "wbu-Right")).toBe(true);
  });

  it("says so when nothing changed", () => {
    render(<Diff data={data({ key: [], added: 0, removed: 0, changed: 0, columns: [column("still")], samples: {} })} locale="en" />);
    expect(screen.getByText("No column changed.")).toBeTruthy();
    expect(screen.getAllByRole("tab")).toHaveLength(1);
    fireEvent.click(screen.getByRole("button", { name: "Show what did not change (1)" }));
    expect(screen.getByText("still")).toBeTruthy();
  });
});
