/** Code is copied whether or not the page is a safe one. */

import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CodeButton } from "../src/Frame.js";
import { translator } from "../src/text.js";

const CODE = 'wb.statistics("flights")';

function copy(): void {
  render(<CodeButton code={CODE} t={translator("en")} />);
  fireEvent.click(screen.getByRole("button", { name: "Copy code" }));
}

describe("copying code", () => {
  afterEach(() => { vi.unstubAllGlobals(); });

  it("writes to the clipboard, and says so", async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal("navigator", { clipboard: { writeText } });
    copy();
    expect(await screen.findByRole("button", { name: "Copied" })).toBeTruthy();
    expect(writeText).toHaveBeenCalledWith(CODE);
  });

  it("copies what is selected on plain http, and leaves nothing behind", async () => {
    vi.stubGlobal("navigator", {});
    let selected = "";
    const command = vi.fn((name: string) => {
      const field = document.activeElement ?? document.querySelector("textarea");
      selected = name === "copy" && field instanceof HTMLTextAreaElement ? field.value.slice(field.selectionStart, field.selectionEnd) : "";
      return true;
    });
    Object.assign(document, { execCommand: command });
    copy();
    expect(await screen.findByRole("button", { name: "Copied" })).toBeTruthy();
    expect(selected).toBe(CODE);
    expect(document.querySelector("textarea")).toBeNull();
  });
});
