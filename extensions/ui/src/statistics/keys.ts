/** Moving along the rows of a long table with the keyboard, also to rows that are not in the page yet. */

import { useEffect, useRef, useState, type FocusEvent, type KeyboardEvent, type RefObject } from "react";

interface Rows {
  rows: readonly { name: string; top: number }[];
  row: number;
  /** What is scrolled to, and how much of it is in sight. */
  top: number;
  sight: number;
  /** How much of the top a heading covers. */
  head: number;
  scroller: RefObject<HTMLElement | null>;
  open: ReadonlySet<string>;
  toggle: (name: string) => void;
}

interface Keys {
  /** The row where Tab stops: the one last walked to, while it is in the page. */
  current: string | null;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  onFocus: (event: FocusEvent<HTMLElement>) => void;
}

const NAME = "button.wbu-Name";

export function useRowKeys({ rows, row, top, sight, head, scroller, open, toggle }: Rows): Keys {
  const [walked, setWalked] = useState<string | null>(null);
  const awaited = useRef<string | null>(null);
  useEffect(() => {
    if (awaited.current !== null && focus(scroller.current, awaited.current)) {
      awaited.current = null;
    }
  });
  const inSight = rows.filter((each) => each.top + row > top && each.top < top + sight);
  const known = inSight.find((each) => each.name === walked) ?? inSight[0];
  const go = (place: number): void => {
    const target = rows[Math.min(rows.length - 1, Math.max(0, place))];
    const element = scroller.current;
    if (!target || !element) {
      return;
    }
    if (target.top - head < element.scrollTop) {
      element.scrollTop = place === 0 ? 0 : target.top - head;
    } else if (target.top + row > element.scrollTop + element.clientHeight) {
      element.scrollTop = target.top + row - element.clientHeight;
    }
    setWalked(target.name);
    awaited.current = focus(element, target.name) ? null : target.name;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const name = nameOf(event.target);
    if (name === null) {
      return;
    }
    const place = rows.findIndex((each) => each.name === name);
    const page = Math.max(1, Math.floor((sight - head) / row) - 1);
    const goal = { ArrowDown: place + 1, ArrowUp: place - 1, PageDown: place + page, PageUp: place - page, Home: 0, End: rows.length - 1 }[event.key];
    if (goal !== undefined) {
      event.preventDefault();
      go(goal);
    } else if ((event.key === "ArrowRight" && !open.has(name)) || ((event.key === "ArrowLeft" || event.key === "Escape") && open.has(name))) {
      event.preventDefault();
      toggle(name);
    }
  };
  const onFocus = (event: FocusEvent<HTMLElement>): void => {
    const name = nameOf(event.target);
    if (name !== null) {
      setWalked(name);
    }
  };
  return { current: known?.name ?? null, onKeyDown, onFocus };
}

/** The row that a button for a row's name belongs to. */
function nameOf(target: EventTarget): string | null {
  return target instanceof HTMLElement && target.matches(NAME) ? (target.closest<HTMLElement>("[data-row]")?.dataset.row ?? null) : null;
}

function focus(within: HTMLElement | null, name: string): boolean {
  const rows = within?.querySelectorAll<HTMLElement>("[data-row]") ?? [];
  const row = [...rows].find((each) => each.dataset.row === name);
  row?.querySelector<HTMLElement>(NAME)?.focus({ preventScroll: true });
  return row !== undefined;
}
