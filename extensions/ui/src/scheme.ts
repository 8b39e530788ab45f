/** Whether a component stands on a light or a dark ground; its own colours follow. */

import { useEffect, useState, type RefObject } from "react";

export type Scheme = "light" | "dark";

/** The brightness of a computed CSS colour from 0 to 1, or null where it lets the ground through. */
export function brightness(colour: string): number | null {
  const numbers = colour.match(/[\d.]+/g)?.map(Number) ?? [];
  const [red, green, blue, alpha = 1] = numbers;
  if (red === undefined || green === undefined || blue === undefined || alpha < 0.5) {
    return null;
  }
  const scale = colour.startsWith("rgb") ? 255 : 1;
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / scale;
}

function schemeOf(element: Element | null): Scheme {
  for (let each = element; each; each = each.parentElement) {
    const light = brightness(getComputedStyle(each).backgroundColor);
    if (light !== null) {
      return light < 0.5 ? "dark" : "light";
    }
  }
  const dark = typeof matchMedia === "function" && matchMedia("(prefers-color-scheme: dark)").matches;
  return dark ? "dark" : "light";
}

/** The scheme of the ground under an element, kept up as themes change. */
export function useScheme(root: RefObject<HTMLElement>): Scheme {
  const [scheme, setScheme] = useState<Scheme>("light");
  useEffect(() => {
    let timer = 0;
    const look = (): void => {
      setScheme(schemeOf(root.current?.parentElement ?? null));
    };
    const lookTwice = (): void => {
      look();
      clearTimeout(timer);
      timer = window.setTimeout(look, 300); // a theme's style sheet arrives after its name
    };
    const media = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;
    const observer = new MutationObserver(lookTwice);
    for (const each of [document.documentElement, document.body]) {
      observer.observe(each, { attributes: true, attributeFilter: ["class", "style", "data-jp-theme-name"] });
    }
    media?.addEventListener("change", lookTwice);
    lookTwice();
    return () => {
      observer.disconnect();
      media?.removeEventListener("change", lookTwice);
      clearTimeout(timer);
    };
  }, [root]);
  return scheme;
}
