import { LineageGraph, type LineageData } from "@workbench/ui";
import { widget } from "./host.js";

interface State {
  data: LineageData;
  code: string;
}

export default widget<State>(["data", "code"], ({ state, open }) => (
  <LineageGraph data={state.data} code={state.code || undefined} onOpen={open} />
));
