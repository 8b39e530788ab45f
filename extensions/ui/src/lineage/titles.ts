/** What of a name fits on a node, by how wide its letters are in the page's font. */

import type { LineageNode } from "../data.js";

/** How wide a letter is, in pixels. */
export type Measure = (letter: string) => number;

const measures = new Map<string, Measure>();

/** Measure a font, given as CSS writes it ("600 13px sans-serif"), each letter once. */
export function measureOf(font: string): Measure {
  const known = measures.get(font);
  if (known) {
    return known;
  }
  const context = typeof CanvasRenderingContext2D === "undefined" ? null : document.createElement("canvas").getContext("2d");
  const size = Number.parseFloat(/([\d.]+)px/.exec(font)?.[1] ?? "13");
  const widths = new Map<string, number>();
  const measure = (letter: string): number => {
    let width = widths.get(letter);
    if (width === undefined) {
      if (context) {
        context.font = font;
      }
      // Where there is nothing to draw on: Chinese letters are as wide as they are high.
      width = context?.measureText(letter).width ?? size * ((letter.codePointAt(0) ?? 0) > 0x2e7f ? 1 : 0.64);
      widths.set(letter, width);
    }
    return width;
  };
  measures.set(font, measure);
  return measure;
}

/** Cut a text to a width; what was cut shows as an ellipsis. */
export function shorten(text: string, room: number, measure: Measure): string {
  const letters = [...text];
  if (widthOf(letters, measure) <= room) {
    return text;
  }
  let rest = room - measure("…");
  const end = letters.findIndex((letter) => (rest -= measure(letter)) < 0);
  return `${letters.slice(0, Math.max(1, end)).join("")}…`;
}

function widthOf(letters: readonly string[], measure: Measure): number {
  return letters.reduce((sum, letter) => sum + measure(letter), 0);
}

/** Cut a record's title; its version says more than the end of its name. */
export function shortenTitle(
  { title, name, version }: Pick<LineageNode, "title" | "name" | "version">,
  room: number,
  measure: Measure,
): string {
  const tail = `@${String(version)}`;
  const left = room - widthOf([...tail], measure);
  return title === name + tail ? shorten(name, left, measure) + tail : shorten(title, room, measure);
}
