/** The columns that are wanted, worked out again only when something that decides on them changes. */

import { useDeferredValue, useMemo } from "react";
import type { Feature, StatisticsData } from "../data.js";
import { arrange, type Sorting, type Wanted } from "./order.js";
import type { View } from "./view.js";

export function useColumns(data: StatisticsData, wanted: Wanted, sorting: Sorting, view: View): Feature[] {
  const typed = useDeferredValue(wanted);
  const { sets, weighted } = view;
  return useMemo(
    () => arrange(data.features, typed, sorting, { ...view, sets, weighted }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- how a column is drawn does not decide where it stands
    [data, typed, sorting, sets, weighted],
  );
}
