/** Words in the reader's language: the host's translator, or the dictionary that comes along. */

import { chinese } from "./chinese.js";

/** Translate a text and put arguments in the place of `%1`, `%2`, as JupyterLab's `trans.__` does. */
export type Translate = (text: string, ...values: (string | number)[]) => string;

function fill(text: string, values: readonly (string | number)[]): string {
  return text.replace(/%(\d)/g, (place, digit: string) => String(values[Number(digit) - 1] ?? place));
}

/** The translator of a language, such as `zh-CN`; what has no translation stays English. */
export function translator(locale: string): Translate {
  const dictionary = new Map(locale.toLowerCase().startsWith("zh") ? Object.entries(chinese) : []);
  return (text, ...values) => fill(dictionary.get(text) ?? text, values);
}

/** The language of the page, else of the browser. */
export function pageLocale(): string {
  const own = typeof document === "undefined" ? "" : document.documentElement.lang;
  return own || (typeof navigator === "undefined" ? "en" : navigator.language) || "en";
}

/** What every component takes from its host. */
export interface HostProps {
  /** The host's translator; by default the dictionary of `locale`. */
  t?: Translate | undefined;
  /** BCP 47; by default the page's. */
  locale?: string | undefined;
}

export interface Language {
  t: Translate;
  locale: string;
}

const own = new Map<string, Translate>();

/** The host's language, the same translator each time. */
export function languageOf({ t, locale }: HostProps): Language {
  const known = locale ?? pageLocale();
  const translate = t ?? own.get(known) ?? translator(known);
  if (!t) {
    own.set(known, translate);
  }
  return { t: translate, locale: known };
}
