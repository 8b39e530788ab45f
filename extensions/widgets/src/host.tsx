/** What every widget does: draw a React component from traits, again whenever one changes. */

import type { AnyModel, Render } from "@anywidget/types";
import { createElement, type FunctionComponent } from "react";
import { createRoot } from "react-dom/client";

export interface Bound<State extends object> {
  state: State;
  send: (message: object) => void;
  open: (id: string) => void;
  /** Change traits here and in the kernel. */
  set: (changes: Partial<State>) => void;
  /** Call back with each message of the kernel, until the answer is called. */
  listen: (heard: (message: unknown, buffers: DataView[]) => void) => () => void;
  /** Insert code into the notebook; not there where no page takes it, as in Voila. */
  insert: ((code: string) => void) | undefined;
}

type Model<State extends object> = AnyModel<State & Record<string, unknown>>;

/** Tell the page, so that JupyterLab opens the record, and the kernel, so that code may react. */
export function openRecord(from: Element, id: string, send: (message: object) => void): void {
  from.dispatchEvent(new CustomEvent("workbench:open", { detail: { id }, bubbles: true, composed: true }));
  send({ type: "open", id });
}

/** Give code to the page; whether it took it. Asked without code, it says whether it would. */
function offerCode(code?: string): boolean {
  return !document.dispatchEvent(new CustomEvent("workbench:insert", { detail: { code }, cancelable: true }));
}

export function widget<State extends object>(names: readonly (keyof State & string)[], view: FunctionComponent<Bound<State>>): { render: Render<State & Record<string, unknown>> } {
  return {
    render({ model, el }: { model: Model<State>; el: HTMLElement }) {
      const root = createRoot(el);
      const bound: Omit<Bound<State>, "state"> = {
        send: (message) => { model.send(message); },
        open: (id) => { openRecord(el, id, bound.send); },
        set: (changes) => {
          Object.entries(changes).forEach(([name, value]) => { model.set(name, value as never); });
          model.save_changes();
        },
        listen: (heard) => {
          model.on("msg:custom", heard);
          return () => { model.off("msg:custom", heard); };
        },
        insert: offerCode() ? (code) => { offerCode(code); } : undefined,
      };
      const draw = (): void => {
        const state = Object.fromEntries(names.map((name) => [name, model.get(name)])) as State;
        root.render(createElement(view, { ...bound, state }));
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
