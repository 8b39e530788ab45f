import { RunCurves, type CurveData } from "@workbench/ui";
import { widget } from "./host.js";

interface State {
  data: CurveData;
  stoppable: boolean;
}

export default widget<State>(["data", "stoppable"], ({ state, send, open }) => (
  <RunCurves data={state.data} onOpen={open} onStop={state.stoppable ? () => { send({ type: "stop" }); } : undefined} />
));
