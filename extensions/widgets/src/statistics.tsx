import { StatisticsTable, type StatisticsData } from "@workbench/ui";
import { widget } from "./host.js";

interface State {
  data: StatisticsData;
  code: string;
}

export default widget<State>(["data", "code"], ({ state, insert }) => (
  <StatisticsTable data={state.data} code={state.code || undefined} onInsertCode={insert} />
));
