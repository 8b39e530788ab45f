/** What a training set is to be made of, and the code that makes it. No DOM. */

import type { IPreview } from "../api";
import { isKeyword } from "../highlight";
import type { IFeatureRecord } from "../tokens";

export interface IWanted {
  readonly spine: string;
  /** Empty for the dataset's own. */
  readonly time: string;
  readonly label: string;
  /** `view` or `view:column`. */
  readonly features: readonly string[];
  readonly name: string;
}

/** What is wanted once something is said anew: a spine replaces the one before, features are added. */
export function freshened(before: IWanted | null, said: Partial<IWanted>): IWanted {
  const start = before ?? { spine: "", time: "", label: "", features: [], name: "examples" };
  return {
    ...start,
    ...(said.spine === undefined || said.spine === start.spine ? {} : { spine: said.spine, time: "", label: "" }),
    features: [...new Set([...start.features, ...(said.features ?? [])])],
  };
}

/** The features after a view, or one of its columns, was chosen or left; all columns of a view are the view. */
export function namesOf(features: readonly string[], view: IFeatureRecord, column: string | null): readonly string[] {
  const own = (name: string): boolean => name === view.name || name.startsWith(`${view.name}:`);
  const others = features.filter((name) => !own(name));
  const isWhole = features.includes(view.name);
  const columns = isWhole ? [...view.features] : view.features.filter((each) => features.includes(`${view.name}:${each}`));
  if (column === null) {
    return columns.length > 0 ? others : [...features, view.name];
  }
  const after = columns.includes(column)
    ? columns.filter((each) => each !== column)
    : view.features.filter((each) => each === column || columns.includes(each));
  const named = after.length === view.features.length ? [view.name] : after.map((each) => `${view.name}:${each}`);
  const place = features.findIndex(own);
  const before = place < 0 ? others.length : features.slice(0, place).filter((name) => !own(name)).length;
  return [...others.slice(0, before), ...named, ...others.slice(before)];
}

/** The call that makes the training set, as Python. */
export function wantedCode(wanted: IWanted, spine: IPreview["spine"] | null): string {
  const named = [`name=${literal(wanted.name || "examples")}`];
  if (wanted.label !== "" && wanted.label !== spine?.label) {
    named.push(`label=${literal(wanted.label)}`);
  }
  if (wanted.time !== "" && wanted.time !== spine?.time) {
    named.push(`time=${literal(wanted.time)}`);
  }
  const features = `[${wanted.features.map(literal).join(", ")}]`;
  const list =
    features.length <= 80 ? features : `[\n${wanted.features.map((each) => `        ${literal(each)},\n`).join("")}    ]`;
  const spoken = wanted.spine === "" ? "spine" : literal(wanted.spine);
  return `${variable(wanted.name)} = wb.training_set(\n${[spoken, list, ...named].map((each) => `    ${each},\n`).join("")})\n${variable(wanted.name)}`;
}

/** A text as Python writes it. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

/** A name as that of a variable, where it can be one. */
function variable(name: string): string {
  const wanted = name.replace(/[ .-]+/g, "_");
  const canBe = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(wanted) && !isKeyword(wanted) && wanted !== "wb";
  return canBe ? wanted : "examples";
}
