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
  const left = (cut: number): number => letters.slice(0, cut).reduce((rest, letter) => rest - measure(letter), room);
  if (left(letters.length) >= 0) {
    return text;
  }
  let end = letters.length - 1;
  while (end > 1 && left(end) < measure("…")) {
    end -= 1;
  }
  return `${letters.slice(0, end).join("")}…`;
}

/** Cut a record's title; its version says more than the end of its name. */
export function shortenTitle(
  { title, name, version }: Pick<LineageNode, "title" | "name" | "version">,
  room: number,
  measure: Measure,
): string {
  const tail = `@${String(version)}`;
  const wide = [...tail].reduce((sum, letter) => sum + measure(letter), 0);
  return title === name + tail ? shorten(name, room - wide, measure) + tail : shorten(title, room, measure);
}
