/** Which features are searched for. No DOM. */

import type { IFeatureRecord } from "../tokens";

export interface IFilters {
  readonly entity: string;
  readonly owner: string;
  readonly tag: string;
  readonly freshness: string;
}

export const NOTHING_CHOSEN: IFilters = { entity: "", owner: "", tag: "", freshness: "" };

const VALUES: Record<keyof IFilters, (record: IFeatureRecord) => readonly string[]> = {
  entity: ({ entities }) => entities,
  owner: ({ owner }) => (owner ? [owner] : []),
  tag: ({ tags }) => tags,
  freshness: ({ freshness }) => [freshness],
};

/** What can be chosen of a filter, each with how many have it, the most frequent first. */
export function chosenOf(features: readonly IFeatureRecord[], name: keyof IFilters): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of features.flatMap((each) => [...new Set(VALUES[name](each))])) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([one, first], [other, second]) => second - first || one.localeCompare(other));
}

/** Those that have every chosen value, and every word of the query somewhere; a match in the name comes first. */
export function filtered(
  features: readonly IFeatureRecord[],
  query: string,
  filters: IFilters,
): readonly IFeatureRecord[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const names = Object.keys(VALUES) as (keyof IFilters)[];
  const chosen = names.filter((name) => filters[name] !== "");
  const kept = features.filter(
    (each) =>
      chosen.every((name) => VALUES[name](each).includes(filters[name])) &&
      words.every((word) => textOf(each).includes(word)),
  );
  if (words.length === 0) {
    return kept;
  }
  const named = (each: IFeatureRecord): number =>
    Number(words.some((word) => each.name.toLocaleLowerCase().includes(word)));
  return [...kept].sort((one, other) => named(other) - named(one));
}

function textOf(each: IFeatureRecord): string {
  return [each.ref, each.description, each.owner, ...each.entities, ...each.tags, ...each.chips, ...each.features]
    .join("\n")
    .toLocaleLowerCase();
}
