/** Code in colours: what is a word of the language, a text, a number or a note. Enough to read, and drawn at once. */

import * as React from "react";

export type CodeLanguage = "python" | "sql";

const PYTHON =
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield None True False";
const SQL =
  "select from where group by order having limit offset join left right full inner outer cross asof on using as and or not in is null case when then else end distinct union all except intersect with over partition rows range between preceding following current row asc desc true false like interval cast filter qualify exists values window";

const WORDS: Record<CodeLanguage, ReadonlySet<string>> = {
  python: new Set(PYTHON.split(" ")),
  sql: new Set(SQL.split(" ")),
};

const TOKENS: Record<CodeLanguage, RegExp> = {
  python:
    /(?<text>[rbf]{0,2}(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))|(?<note>#[^\n]*)|(?<number>\b\d[\d_.]*(?:e[+-]?\d+)?\b)|(?<mark>@[\w.]+)|(?<word>[\p{L}_][\p{L}\p{N}_]*)/giu,
  sql: /(?<text>'(?:[^']|'')*')|(?<note>--[^\n]*|\/\*[\s\S]*?\*\/)|(?<number>\b\d[\d.]*\b)|(?<mark>"(?:[^"]|"")*")|(?<word>[\p{L}_][\p{L}\p{N}_]*)/giu,
};

interface IPiece {
  kind: string | null;
  text: string;
}

/** Whether a word is one of Python's own, and so no name. */
export function isKeyword(word: string): boolean {
  return WORDS.python.has(word);
}

/** Cut code into pieces, each with its kind; together they are the code. */
export function pieces(code: string, language: CodeLanguage): IPiece[] {
  const found: IPiece[] = [];
  let place = 0;
  for (const match of code.matchAll(TOKENS[language])) {
    if (match.index > place) {
      found.push({ kind: null, text: code.slice(place, match.index) });
    }
    const [text] = match;
    const kind = Object.entries(match.groups ?? {}).find(([, each]) => each !== undefined)?.[0] ?? null;
    const word = language === "sql" ? text.toLowerCase() : text;
    found.push({ kind: kind !== "word" || WORDS[language].has(word) ? kind : null, text });
    place = match.index + text.length;
  }
  if (place < code.length) {
    found.push({ kind: null, text: code.slice(place) });
  }
  return found;
}

export function Highlighted({ code, language }: { code: string; language: CodeLanguage }): React.JSX.Element {
  const parts = React.useMemo(() => pieces(code, language), [code, language]);
  return (
    <>
      {parts.map(({ kind, text }, place) =>
        kind === null ? (
          text
        ) : (
          <span key={place} className="wb-Token" data-kind={kind}>
            {text}
          </span>
        ),
      )}
    </>
  );
}
