/** The card that every component stands in, and its small parts. */

import { useCallback, useEffect, useRef, useState, type JSX, type ReactNode } from "react";
import { copyText } from "./clipboard.js";
import { useScheme } from "./scheme.js";
import type { Translate } from "./text.js";

interface FrameProps {
  label: string;
  className: string;
  children: ReactNode;
}

export function Frame({ label, className, children }: FrameProps): JSX.Element {
  const root = useRef<HTMLElement>(null);
  const scheme = useScheme(root);
  return (
    <section ref={root} className={`wbu ${className}`} data-wbu-scheme={scheme} aria-label={label}>
      {children}
    </section>
  );
}

interface CodeButtonProps {
  code?: string | undefined;
  onInsertCode?: ((code: string) => void) | undefined;
  t: Translate;
}

/** Insert the code where the host can, else copy it. */
export function CodeButton({ code, onInsertCode, t }: CodeButtonProps): JSX.Element | null {
  const [copied, setCopied] = useState(false);
  const timer = useRef(0);
  useEffect(() => () => { clearTimeout(timer.current); }, []);
  if (code === undefined) {
    return null;
  }
  const act = (): void => {
    if (onInsertCode) {
      onInsertCode(code);
      return;
    }
    void copyText(code).then(() => {
      setCopied(true);
      timer.current = window.setTimeout(() => { setCopied(false); }, 2000);
    });
  };
  return (
    <button type="button" className="wbu-Button" onClick={act} title={code}>
      {onInsertCode ? t("Insert code") : copied ? t("Copied") : t("Copy code")}
    </button>
  );
}

/** The size of an element's content, kept up. */
export function useSize<T extends Element>(width: number, height: number): [(element: T | null) => void, number, number] {
  const [size, setSize] = useState({ width, height });
  const observer = useRef<ResizeObserver | null>(null);
  const attach = useCallback((element: T | null) => {
    observer.current?.disconnect();
    if (element && typeof ResizeObserver !== "undefined") {
      observer.current = new ResizeObserver(([entry]) => {
        if (entry && entry.contentRect.width > 0) {
          setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
        }
      });
      observer.current.observe(element);
    }
  }, []);
  return [attach, size.width, size.height];
}
