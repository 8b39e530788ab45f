/** Tabs inside a page, with the keys that tabs have. */

import * as React from "react";

export interface ITab {
  key: string;
  label: string;
  /** Of what the tab lists, where that is known. */
  count?: string | undefined;
  view: () => React.ReactNode;
}

export function Tabs(props: {
  tabs: readonly ITab[];
  label: string;
  shown: string;
  onShow: (key: string) => void;
}): React.JSX.Element {
  const { tabs, label, shown, onShow } = props;
  const list = React.useRef<HTMLDivElement>(null);
  const prefix = React.useId();
  const show = (index: number): void => {
    const tab = tabs[(index + tabs.length) % tabs.length];
    if (tab) {
      onShow(tab.key);
      list.current?.querySelector<HTMLElement>(`[data-key="${tab.key}"]`)?.focus();
    }
  };
  const place = tabs.findIndex((tab) => tab.key === shown);
  return (
    <>
      <div
        ref={list}
        className="wb-Tabs"
        role="tablist"
        aria-label={label}
        onKeyDown={(event) => {
          const steps: Record<string, number> = {
            ArrowRight: place + 1,
            ArrowLeft: place - 1,
            Home: 0,
            End: tabs.length - 1,
          };
          const step = steps[event.key];
          if (step !== undefined) {
            event.preventDefault();
            show(step);
          }
        }}
      >
        {tabs.map((tab, index) => (
          <button
            key={tab.key}
            type="button"
            role="tab"
            id={`${prefix}${tab.key}-tab`}
            className="wb-Tab"
            data-key={tab.key}
            aria-selected={tab.key === shown}
            aria-controls={`${prefix}${tab.key}`}
            tabIndex={tab.key === shown ? 0 : -1}
            onClick={() => {
              show(index);
            }}
          >
            <span className="wb-Tab-label" data-text={[tab.label, tab.count].join(" ")}>
              <span>
                {tab.label}
                {tab.count === undefined ? null : <span className="wb-Tab-count"> {tab.count}</span>}
              </span>
            </span>
          </button>
        ))}
      </div>
      {tabs.map((tab) => (
        <div
          key={tab.key}
          id={`${prefix}${tab.key}`}
          className="wb-TabPanel"
          role="tabpanel"
          aria-labelledby={`${prefix}${tab.key}-tab`}
          hidden={tab.key !== shown}
          tabIndex={0}
        >
          {tab.key === shown ? tab.view() : null}
        </div>
      ))}
    </>
  );
}
