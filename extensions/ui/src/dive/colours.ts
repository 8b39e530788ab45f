/** The colour of each point, and what the colours mean. */

import { useEffect, useState, type RefObject } from "react";
import type { Grouping } from "./groups.js";

/** What is drawn outside of style sheets: CSS colours as the theme has them. */
export interface Palette {
  isDark: boolean;
  ground: string;
  ink: string;
  ink2: string;
  faint: string;
  line: string;
  brand: string;
  tones: readonly string[];
  font: string;
}

/** From low to high, ever darker on a light ground and ever brighter on a dark one. */
const RAMPS = {
  light: ["#b8862b", "#7f8f2f", "#2f8f63", "#1f6d9c", "#2a2f6e"],
  dark: ["#5a6fc4", "#3f93c4", "#4bb893", "#a6c75a", "#f2d15c"],
} as const;

/** The theme's colours, read again when the card's scheme changes. */
export function usePalette(root: RefObject<HTMLElement>): Palette | null {
  const [palette, setPalette] = useState<Palette | null>(null);
  useEffect(() => {
    const card = root.current?.closest(".wbu");
    if (!card) {
      return undefined;
    }
    const read = (): void => { setPalette(paletteOf(card)); };
    const observer = new MutationObserver(read);
    observer.observe(card, { attributes: true, attributeFilter: ["data-wbu-scheme"] });
    read();
    return () => { observer.disconnect(); };
  }, [root]);
  return palette;
}

function paletteOf(card: Element): Palette {
  const style = getComputedStyle(card);
  const value = (name: string): string => style.getPropertyValue(`--wbu-${name}`).trim() || "#888";
  return {
    isDark: card.getAttribute("data-wbu-scheme") === "dark",
    ground: value("bg"),
    ink: value("ink"),
    ink2: value("ink2"),
    faint: value("faint"),
    line: value("line"),
    brand: value("brand"),
    tones: ["c1", "c2", "c3", "c4", "c5"].map(value),
    font: style.fontFamily,
  };
}

let pen: CanvasRenderingContext2D | null = null;

/** The three bytes of any CSS colour. */
export function bytesOf(colour: string): [number, number, number] {
  pen ??= document.createElement("canvas").getContext("2d");
  let known = colour;
  if (pen) {
    pen.fillStyle = "#888";
    pen.fillStyle = colour;
    known = pen.fillStyle;
  }
  const hex = /^#(..)(..)(..)/.exec(known);
  if (hex) {
    return [Number.parseInt(hex[1] ?? "", 16), Number.parseInt(hex[2] ?? "", 16), Number.parseInt(hex[3] ?? "", 16)];
  }
  const [red = 0, green = 0, blue = 0] = (known.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** The CSS colour of each group: tones for names, the rarer ones faint; a ramp for what has an order. */
export function colourGroups(grouping: Grouping | null, palette: Palette): string[] {
  if (grouping === null) {
    return [palette.tones[0] ?? palette.ink];
  }
  const { groups, column } = grouping;
  const known = groups.filter((each) => each.condition.kind !== "missing");
  if (column.texts === null) {
    const ramp = RAMPS[palette.isDark ? "dark" : "light"];
    return groups.map((each, place) => (each.condition.kind === "missing" ? palette.faint : mixed(ramp, known.length < 2 ? 0.5 : place / (known.length - 1))));
  }
  return groups.map((each) => (each.condition.kind === "values" ? (palette.tones[known.indexOf(each)] ?? palette.faint) : palette.faint));
}

function mixed(ramp: readonly string[], share: number): string {
  const at = share * (ramp.length - 1);
  const left = Math.min(ramp.length - 2, Math.floor(at));
  const [a, b] = [bytesOf(ramp[left] ?? ""), bytesOf(ramp[left + 1] ?? "")];
  const hex = a.map((each, channel) => Math.round(each + ((b[channel] ?? 0) - each) * (at - left)).toString(16).padStart(2, "0"));
  return `#${hex.join("")}`;
}

/** A colour as the four bytes of a pixel, on a little-endian machine. */
export function pixelOf(colour: string): number {
  const [red, green, blue] = bytesOf(colour);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Rows in the order of their groups, and as they came within one. */
export function orderOf(codes: Uint8Array | null, rows: number): Uint32Array {
  const order = new Uint32Array(rows);
  if (codes === null) {
    return order.map((_, place) => place);
  }
  const starts = new Uint32Array(257);
  for (const code of codes) {
    starts[code + 1] = (starts[code + 1] ?? 0) + 1;
  }
  for (let code = 1; code <= 256; code += 1) {
    starts[code] = (starts[code] ?? 0) + (starts[code - 1] ?? 0);
  }
  codes.forEach((code, row) => {
    const place = starts[code] ?? 0;
    order[place] = row;
    starts[code] = place + 1;
  });
  return order;
}
