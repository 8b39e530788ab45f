/** What is seen of something that scrolls. */

import * as React from "react";

/** Where a scrolled element is, and how much of it is seen. */
export function useView(element: React.RefObject<HTMLElement>): [number, number] {
  const [view, setView] = React.useState<[number, number]>([0, 800]);
  React.useLayoutEffect(() => {
    const node = element.current;
    if (!node) {
      return undefined;
    }
    const look = (): void => {
      setView([node.scrollTop, node.clientHeight]);
    };
    const observer = new ResizeObserver(look);
    observer.observe(node);
    node.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      observer.disconnect();
      node.removeEventListener("scroll", look);
    };
  }, [element]);
  return view;
}
