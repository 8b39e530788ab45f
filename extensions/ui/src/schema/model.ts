/** A schema's columns, edits of them as one types, and the code that the edits stand for. Pure. */

export interface SchemaColumn {
  name: string;
  type: string;
  /** Null where nothing is expected. */
  present: number | null;
  values: string[] | null;
  minimum: number | null;
  maximum: number | null;
  tolerate: number | null;
  absent: string[] | null;
  drift: number | null;
  skew: number | null;
  /** Changed by proposals only. */
  count?: number | null;
  shape?: number[] | null;
  stage?: string | null;
}

/** What can be typed. */
export type Expectation = "present" | "values" | "minimum" | "maximum" | "tolerate" | "absent" | "drift" | "skew";
export type Changes = Partial<Omit<SchemaColumn, "name" | "type">>;

/** The changes of a column; `add` is its type where the schema does not have it yet. */
export interface Edit {
  column: string;
  add?: string | null;
  changes: Changes;
}

export interface SchemaAnomaly {
  column: string;
  kind: string;
  severity: string;
  short: string;
  description: string;
  /** After these it would be no anomaly; empty where no edit mends it. */
  edits: Edit[];
}

export interface SchemaData {
  ref: string | null;
  /** What the schema is saved as, where that is known. */
  name: string | null;
  columns: SchemaColumn[];
  anomalies: SchemaAnomaly[];
}

/** In the order in which code says them. */
const NAMES = ["present", "count", "values", "minimum", "maximum", "tolerate", "shape", "absent", "drift", "skew", "stage"] as const;

/** Whether a column of a type can have an expectation. */
export function hasField(type: string, field: Expectation): boolean {
  if (field === "values" || field === "tolerate") {
    return type === "STRING";
  }
  return field === "minimum" || field === "maximum" ? type === "INT" || type === "FLOAT" : true;
}

/** What stands in a field: shares as percentages, lists with commas. */
export function shown(field: Expectation, value: number | string[] | null): string {
  if (value === null) {
    return "";
  }
  if (Array.isArray(value)) {
    return value.map((each) => (/[",]|^\s|\s$|^$/.test(each) ? JSON.stringify(each) : each)).join(", ");
  }
  return field === "present" || field === "tolerate" ? String(Number((100 * value).toPrecision(12))) : String(value);
}

export type Parsed = { value: number | string[] | null } | { error: string };

/** What a person typed, or the sentence that says why it is none. */
export function parsed(field: Expectation, type: string, text: string): Parsed {
  const words = text.trim();
  if (words === "") {
    return { value: null };
  }
  if (field === "values" || field === "absent") {
    return parsedList(words);
  }
  const number = Number(words.replace(/\s*%$/, "").replaceAll("−", "-"));
  if (!Number.isFinite(number)) {
    return { error: "a number" };
  }
  if (field === "present" || field === "tolerate") {
    return number >= 0 && number <= 100 ? { value: Number((number / 100).toPrecision(12)) } : { error: "from 0 to 100 %" };
  }
  if (field === "drift" || field === "skew") {
    return number >= 0 && number <= 1 ? { value: number } : { error: "from 0 to 1" };
  }
  return type === "INT" && !Number.isInteger(number) ? { error: "a whole number" } : { value: number };
}

function parsedList(words: string): Parsed {
  const found: string[] = [];
  let rest = words;
  while (rest !== "") {
    const quoted = /^\s*("(?:[^"\\]|\\.)*")\s*(?:,|$)/.exec(rest);
    const plain = quoted ? null : /^([^,"]*)(?:,|$)/.exec(rest);
    if (!quoted && !plain) {
      return { error: "texts with commas between; quotes close" };
    }
    const text = quoted ? (JSON.parse(quoted[1] ?? '""') as string) : (plain?.[1] ?? "").trim();
    if (quoted || text !== "") {
      found.push(text);
    }
    rest = rest.slice((quoted ?? plain)?.[0].length ?? rest.length);
  }
  const twice = found.find((each, place) => found.indexOf(each) !== place);
  return twice === undefined ? { value: found } : { error: "each text once" };
}

export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

/** Edits with one field of a column set; what is as the schema says is no edit. */
export function edited(edits: readonly Edit[], column: SchemaColumn, field: Expectation, value: number | string[] | null): Edit[] {
  const own = edits.find((each) => each.column === column.name) ?? { column: column.name, changes: {} };
  const isBack = !own.add && isSame(value, column[field]);
  const kept = Object.entries({ ...own.changes, [field]: value }).filter(([name]) => !(isBack && name === field));
  const changes: Changes = Object.fromEntries(kept);
  const others = edits.filter((each) => each.column !== column.name);
  return kept.length === 0 && !own.add ? others : [...others, { ...own, changes }];
}

/** Edits with those of a proposal on top. */
export function accepted(edits: readonly Edit[], proposed: readonly Edit[]): Edit[] {
  let all = [...edits];
  for (const edit of proposed) {
    const own = all.find((each) => each.column === edit.column);
    all = [...all.filter((each) => each !== own), { ...own, ...edit, changes: { ...own?.changes, ...edit.changes } }];
  }
  return all;
}

/** What is expected once the edits are made; new columns come last. */
export function columnsAfter(data: SchemaData, edits: readonly Edit[]): SchemaColumn[] {
  const nothing = { present: null, values: null, minimum: null, maximum: null, tolerate: null, absent: null, drift: null, skew: null };
  const known = data.columns.map((column) => ({ ...column, ...edits.find((each) => each.column === column.name)?.changes }));
  const added = edits.filter((each) => each.add).map((each) => ({ ...nothing, name: each.column, type: each.add ?? "", ...each.changes }));
  return [...known, ...added];
}

/** Whether a lower bound lies above its upper one, which no value meets. */
export function isEmptyRange({ minimum, maximum }: SchemaColumn): boolean {
  return minimum !== null && maximum !== null && minimum > maximum;
}

/** The Python of the edits. */
export function codeOf(data: SchemaData, edits: readonly Edit[], name: string): string {
  const calls = edits.map(({ column, add, changes }) => {
    const words = [JSON.stringify(column), ...(add ? [`type=${JSON.stringify(add)}`] : []), ...NAMES.filter((field) => field in changes).map((field) => `${field}=${literal(changes[field] ?? null)}`)];
    return `.${add ? "add" : "edit"}(${words.join(", ")})`;
  });
  const saved = `schema = schema.save(${name !== "" && name !== data.name ? JSON.stringify(name) : ""})`;
  if (calls.length === 0) {
    return data.ref === null ? saved : "";
  }
  const changed = calls.length === 1 ? `schema = schema${calls.join("")}` : ["schema = (", "    schema", ...calls.map((each) => `    ${each}`), ")"].join("\n");
  return `${changed}\n${saved}`;
}

/** What JSON writes of a number, a text or a list, Python reads as the same. */
function literal(value: number | string | string[] | number[] | null): string {
  return value === null ? "None" : Array.isArray(value) ? `[${value.map((each) => JSON.stringify(each)).join(", ")}]` : JSON.stringify(value);
}
