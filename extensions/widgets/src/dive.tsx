import { useEffect, useState, type JSX } from "react";
import { Dive, type DiveData, type DiveView } from "@workbench/ui";
import { widget, type Bound } from "./host.js";

interface State {
  data: DiveData;
  view: DiveView;
}

/** The rows that a saved notebook keeps come with the widget; the kernel sends all the others when asked. */
function Points({ state, send, set, listen, insert }: Bound<State>): JSX.Element {
  const [full, setFull] = useState<DiveData | null>(null);
  useEffect(() => {
    const stop = listen((message, buffers) => {
      const { type, data } = message as { type?: string; data?: DiveData };
      if (type === "points" && data) {
        const [index, ...values] = buffers;
        setFull({ ...data, index: index ?? data.index, fields: data.fields.map((field, place) => ({ ...field, values: values[place] ?? field.values })) });
      }
    });
    send({ type: "points" });
    return stop;
  }, [listen, send, state.data]);
  return <Dive data={full ?? state.data} view={state.view} onView={(view) => { set({ view }); }} onInsertCode={insert} />;
}

export default widget<State>(["data", "view"], Points);
