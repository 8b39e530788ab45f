import { useCallback, useEffect, useState, type JSX } from "react";
import { Schema, type SchemaData, type SchemaEdit } from "@workbench/ui";
import { widget, type Bound } from "./host.js";

interface State {
  data: SchemaData;
}

interface Answer {
  type?: string;
  errors?: Record<string, string>;
  ref?: string;
  message?: string;
}

/** The kernel checks the edits and saves them. */
function Editor({ state, send, listen, insert }: Bound<State>): JSX.Element {
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [status, setStatus] = useState<{ saved?: string; refused?: string }>({});
  useEffect(
    () =>
      listen((message) => {
        const { type, errors: found, ref, message: words } = message as Answer;
        if (type === "checked") {
          setErrors(found ?? {});
        } else if (type === "saved") {
          setStatus({ saved: ref ?? "" });
        } else if (type === "refused") {
          setStatus({ refused: words ?? "" });
        }
      }),
    [listen],
  );
  const check = useCallback((edits: SchemaEdit[]) => { send({ type: "check", edits }); }, [send]);
  return <Schema data={state.data} errors={errors} status={status} onCheck={check} onSave={(edits, name) => { send({ type: "save", edits, name }); }} onInsertCode={insert} />;
}

export default widget<State>(["data"], Editor);
