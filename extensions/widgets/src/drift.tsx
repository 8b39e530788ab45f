import { DriftView, type DriftData } from "@workbench/ui";
import { widget } from "./host.js";

interface State {
  data: DriftData;
  column: string;
  code: string;
}

export default widget<State>(["data", "column", "code"], ({ state, set, insert }) => (
  <DriftView data={state.data} column={state.column} onColumn={(column) => { set({ column }); }} code={state.code || undefined} onInsertCode={insert} />
));
