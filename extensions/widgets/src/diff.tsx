import { Diff, type DiffData } from "@workbench/ui";
import { widget } from "./host.js";

interface State {
  data: DiffData;
  code: string;
}

export default widget<State>(["data", "code"], ({ state, insert }) => (
  <Diff data={state.data} code={state.code || undefined} onInsertCode={insert} />
));
