/** A state as glyph and word; the colour only repeats what they say. */

import type { JSX } from "react";
import { languageOf, type HostProps } from "./text.js";

const GLYPHS: Readonly<Record<string, string>> = {
  running: "◔",
  complete: "✓",
  passed: "✓",
  failed: "✕",
  canceled: "◌",
  stopped: "◌",
  deleted: "◌",
  live: "▲",
  alert: "!",
  scheduled: "⟳",
  waiting: "◔",
};

export interface StateGlyphProps extends HostProps {
  state: string;
  /** Show the word as well; a screen reader hears it in any case. */
  word?: boolean;
}

export function StateGlyph({ state, word = false, ...host }: StateGlyphProps): JSX.Element {
  const { t } = languageOf(host);
  return (
    <span className="wbu-State" data-state={state}>
      <span className="wbu-State-glyph" aria-hidden="true" title={t(state)}>
        {GLYPHS[state] ?? "·"}
      </span>
      <span className={word ? "wbu-State-word" : "wbu-Hidden"}>{t(state)}</span>
    </span>
  );
}
