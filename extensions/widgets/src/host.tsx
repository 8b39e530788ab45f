/** What every widget does: draw a React component from traits, again whenever one changes. */

import type { AnyModel, Render } from "@anywidget/types";
import { createElement, type FunctionComponent } from "react";
import { createRoot } from "react-dom/client";

export interface Bound<State extends object> {
  state: State;
  send: (message: object) => void;
  open: (id: string) => void;
}

type Model<State extends object> = AnyModel<State & Record<string, unknown>>;

/** Tell the page, so that JupyterLab opens the record, and the kernel, so that code may react. */
export function openRecord(from: Element, id: string, send: (message: object) => void): void {
  from.dispatchEvent(new CustomEvent("workbench:open", { detail: { id }, bubbles: true, composed: true }));
  send({ type: "open", id });
}

export function widget<State extends object>(names: readonly (keyof State & string)[], view: FunctionComponent<Bound<State>>): { render: Render<State & Record<string, unknown>> } {
  return {
    render({ model, el }: { model: Model<State>; el: HTMLElement }) {
      const root = createRoot(el);
      const send = (message: object): void => { model.send(message); };
      const draw = (): void => {
        const state = Object.fromEntries(names.map((name) => [name, model.get(name)])) as State;
        root.render(createElement(view, { state, send, open: (id) => { openRecord(el, id, send); } }));
      };
      let asked = 0;
      const drawSoon = (): void => {
        cancelAnimationFrame(asked);
        asked = requestAnimationFrame(draw); // several traits of one update are drawn once
      };
      names.forEach((name) => { model.on(`change:${name}`, drawSoon); });
      draw();
      return () => {
        cancelAnimationFrame(asked);
        names.forEach((name) => { model.off(`change:${name}`, drawSoon); });
        root.unmount();
      };
    },
  };
}
