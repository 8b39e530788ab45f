import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { accepted, codeOf, columnsAfter, edited, parsed, shown, type SchemaColumn, type SchemaData } from "../src/schema/model.js";
import { Schema } from "../src/schema/Schema.js";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const column = (name: string, more: Partial<SchemaColumn> = {}): SchemaColumn => ({ name, type: "INT", present: 1, values: null, minimum: 0, maximum: 60, tolerate: null, absent: null, drift: null, skew: null, ...more });
const carrier = column("carrier", { type: "STRING", minimum: null, maximum: null, values: ["UA", "a, b"] });
const data = (more: Partial<SchemaData> = {}): SchemaData => ({ ref: "flights@1", name: "flights", columns: [column("delay"), carrier], anomalies: [], ...more });

describe("an expectation", () => {
  it("is read from what a person types", () => {
    expect(parsed("present", "INT", "98 %")).toEqual({ value: 0.98 });
    expect(parsed("minimum", "INT", "−5")).toEqual({ value: -5 });
    expect(parsed("minimum", "INT", "1.5")).toEqual({ error: "a whole number" });
    expect(parsed("drift", "FLOAT", "2")).toEqual({ error: "from 0 to 1" });
    expect(parsed("maximum", "FLOAT", " ")).toEqual({ value: null });
  });

  it("of texts is read back as it was written, whatever the texts hold", () => {
    const texts = ["UA", "a, b", 'say "hi"', " ", "", "中文"];
    expect(parsed("values", "STRING", shown("values", texts))).toEqual({ value: texts });
    expect(parsed("values", "STRING", "UA, UA")).toEqual({ error: "each text once" });
    expect(parsed("values", "STRING", '"UA')).toEqual({ error: "texts with commas between; quotes close" });
  });

  it("that is set back to what it was is no edit", () => {
    const edits = edited([], column("delay"), "maximum", 90);
    expect(edits).toEqual([{ column: "delay", changes: { maximum: 90 } }]);
    expect(edited(edits, column("delay"), "maximum", 60)).toEqual([]);
  });
});

describe("the code of edits", () => {
  it("is the call that makes them", () => {
    const edits = edited(edited([], column("delay"), "maximum", null), carrier, "values", ['"', "UA"]);
    expect(codeOf(data(), edits.slice(0, 1), "flights")).toBe('schema = schema.edit("delay", maximum=None)\nschema = schema.save()');
    expect(codeOf(data(), edits, "other")).toBe('schema = (\n    schema\n    .edit("delay", maximum=None)\n    .edit("carrier", values=["\\"", "UA"])\n)\nschema = schema.save("other")');
    expect(codeOf(data(), [], "flights")).toBe("");
  });

  it("adds a column that a proposal adds", () => {
    const edits = accepted(edited([], column("delay"), "maximum", 90), [{ column: "extra", add: "INT", changes: { present: 1, shape: [1] } }]);
    expect(codeOf(data(), edits, "flights")).toContain('.add("extra", type="INT", present=1, shape=[1])');
    expect(columnsAfter(data(), edits).map((each) => each.name)).toEqual(["delay", "carrier", "extra"]);
  });
});

describe("the widget", () => {
  it("writes the code at each keystroke, and saves through the kernel", () => {
    const save = vi.fn();
    render(<Schema data={data()} onSave={save} locale="en" />);
    fireEvent.change(screen.getByLabelText("maximum of delay"), { target: { value: "90" } });
    expect(screen.getByText(/schema\.edit\("delay", maximum=90\)/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(save).toHaveBeenCalledWith([{ column: "delay", changes: { maximum: 90 } }], "flights");
  });

  it("says at once what cannot be meant, and does not save it", () => {
    render(<Schema data={data()} onSave={vi.fn()} locale="en" />);
    fireEvent.change(screen.getByLabelText("present of delay"), { target: { value: "140" } });
    expect(screen.getByRole("status").textContent).toBe("present of delay takes from 0 to 100 %");
    expect(screen.getByLabelText("present of delay").getAttribute("aria-invalid")).toBe("true");
    fireEvent.change(screen.getByLabelText("present of delay"), { target: { value: "90" } });
    fireEvent.change(screen.getByLabelText("minimum of delay"), { target: { value: "99" } });
    expect(screen.getByRole("status").textContent).toBe("delay: the lower bound lies above the upper one");
    expect(screen.getByRole("button", { name: "Save" })).toHaveProperty("disabled", true);
    fireEvent.click(screen.getByRole("button", { name: "Take back" }));
    expect(screen.getByLabelText("minimum of delay")).toHaveProperty("value", "0");
  });

  it("asks the kernel once a hand rests, and says what it refused", () => {
    vi.useFakeTimers();
    const check = vi.fn();
    const { rerender } = render(<Schema data={data()} onCheck={check} onSave={vi.fn()} locale="en" />);
    for (const text of ["6", "61"]) {
      fireEvent.change(screen.getByLabelText("maximum of delay"), { target: { value: text } });
    }
    vi.advanceTimersByTime(400);
    expect(check).toHaveBeenCalledTimes(1);
    const same = { ...data() };
    rerender(<Schema data={same} errors={{ delay: "'delay' holds nothing" }} locale="en" />);
    expect(screen.getByText(/^# what is edited/)).toBeTruthy(); // other data: the edits are in it
  });

  it("shows anomalies beside their columns, and takes a proposal over", () => {
    const anomaly = { column: "delay", kind: "OUT", severity: "ERROR", short: "<i>Out of range</i>", description: "900 is above 60.", edits: [{ column: "delay", changes: { maximum: 900 } }] };
    const { container } = render(<Schema data={data({ anomalies: [anomaly, { ...anomaly, column: "extra", edits: [] }] })} locale="en" />);
    expect(container.querySelector("i")).toBeNull();
    expect(screen.getByRole("list", { name: "Anomalies of other columns" }).textContent).toContain("extra");
    fireEvent.click(screen.getByRole("button", { name: "Accept the edit for delay: <i>Out of range</i>" }));
    expect(screen.getByLabelText("maximum of delay")).toHaveProperty("value", "900");
    expect(screen.getByText("mended")).toBeTruthy();
  });

  it("keeps no column for anomalies where there are none", () => {
    render(<Schema data={data()} locale="en" />);
    expect(screen.queryByRole("columnheader", { name: "anomalies" })).toBeNull();
    expect(screen.getAllByRole("columnheader")).toHaveLength(8);
  });

  it("draws only the rows in sight of a thousand columns", () => {
    render(<Schema data={data({ columns: Array.from({ length: 1000 }, (_, place) => column(`c${String(place)}`)) })} locale="en" />);
    expect(screen.getAllByRole("rowheader").length).toBeLessThan(40);
  });
});
