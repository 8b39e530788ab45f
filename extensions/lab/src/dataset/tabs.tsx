/** The tabs of a dataset's page, in their order; what each shows is read when it is opened. */

import * as React from "react";
import type { ILoadedProps } from "../header";
import type { ITab } from "../tabs";
import type { IDatasetHead } from "../tokens";
import { Why } from "../features/why";
import { whole } from "../wording";
import { Anomalies } from "./anomalies";
import { BadRows, Columns, Users, Versions } from "./lists";
import { Schema } from "./schema";
import { Spans } from "./spans";
import { Statistics } from "./statistics";

export interface IDatasetProps extends ILoadedProps {
  head: IDatasetHead;
  /** Opens the lineage of a record's column. */
  onColumn: (record: string, column: string) => void;
}

export function datasetTabs(props: IDatasetProps): ITab[] {
  const { head, language } = props;
  const { trans } = language;
  const known: Record<string, () => [label: string, view: React.JSX.Element]> = {
    columns: () => [trans.__("Columns"), <Columns key="columns" {...props} />],
    spans: () => [trans.__("Spans"), <Spans key="spans" {...props} />],
    versions: () => [trans.__("Versions"), <Versions key="versions" {...props} />],
    schema: () => [trans.__("Schema"), <Schema key="schema" {...props} />],
    anomalies: () => [trans.__("Anomalies"), <Anomalies key="anomalies" {...props} />],
    users: () => [trans.__("Users"), <Users key="users" {...props} />],
    why: () => [trans.__("Why a value"), <Why key="why" {...props} />],
    bad_rows: () => [trans.__("Bad rows"), <BadRows key="bad_rows" {...props} />],
  };
  return [
    { key: "statistics", label: trans.__("Statistics"), view: () => <Statistics {...props} /> },
    ...head.parts.flatMap(({ key, count }) => {
      const tab = known[key];
      if (!tab) {
        return [];
      }
      const [label, view] = tab();
      return [{ key, label, count: count === null ? undefined : whole(count, language), view: () => view }];
    }),
  ];
}
