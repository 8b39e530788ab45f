/** Work that takes long: asked for, followed, stopped. */

import * as React from "react";
import { failureOf, type IReached } from "../api";
import type { IFailure } from "../tokens";
import { whole, type ILanguage } from "../wording";

export interface IWork<T> {
  readonly found: T | null;
  readonly failure: IFailure | null;
  readonly reached: IReached | null;
  readonly isRunning: boolean;
  start(ask: (onReached: (reached: IReached) => void, signal: AbortSignal) => Promise<T>): void;
  /** Stop, and forget what was found. */
  stop(): void;
}

/** Long work of which one runs at most: what is begun anew ends what was begun before. */
export function useWork<T>(): IWork<T> {
  const [found, setFound] = React.useState<T | null>(null);
  const [failure, setFailure] = React.useState<IFailure | null>(null);
  const [reached, setReached] = React.useState<IReached | null>(null);
  const [isRunning, setRunning] = React.useState(false);
  const abort = React.useRef<AbortController | null>(null);
  const stop = React.useCallback((): void => {
    abort.current?.abort();
    abort.current = null;
    setFound(null);
    setFailure(null);
    setReached(null);
    setRunning(false);
  }, []);
  const start = React.useCallback<IWork<T>["start"]>(
    (ask) => {
      stop();
      const own = new AbortController();
      abort.current = own;
      setRunning(true);
      const isCurrent = (): boolean => abort.current === own;
      ask((now) => {
        if (isCurrent()) {
          setReached(now);
        }
      }, own.signal)
        .then(
          (answer) => {
            if (isCurrent()) {
              setFound(answer);
            }
          },
          (error: unknown) => {
            if (isCurrent()) {
              setFailure(failureOf(error));
            }
          },
        )
        .finally(() => {
          if (isCurrent()) {
            setRunning(false);
          }
        });
    },
    [stop],
  );
  React.useEffect(() => () => abort.current?.abort(), []);
  return { found, failure, reached, isRunning, start, stop };
}

/** A bar with what is done now, and the button that ends it. */
export function Waiting(props: {
  reached: IReached | null;
  /** What is done before it is known how much there is. */
  first: string;
  /** What is done then, such as `Comparing`. */
  then: string;
  language: ILanguage;
  onStop: () => void;
}): React.JSX.Element {
  const { reached, first, then, language, onStop } = props;
  const { trans } = language;
  const of = reached?.of ?? 0;
  const done = reached?.done ?? 0;
  const said =
    reached !== null && reached.of === undefined
      ? trans.__("Waiting for other work to end")
      : of > 0
        ? trans.__("%1: %2 of %3", then, whole(done, language), whole(of, language))
        : first;
  return (
    <div className="wb-Waiting">
      <progress max={of || undefined} value={of > 0 ? done : undefined} aria-label={then} />
      <span className="wb-Faint" role="status">
        {said}
      </span>
      <span className="wb-Spread" />
      <button type="button" className="wb-Button" onClick={onStop}>
        {trans.__("Stop")}
      </button>
    </div>
  );
}

export function Failure({ failure, language }: { failure: IFailure; language: ILanguage }): React.JSX.Element {
  return (
    <p className="wb-Page-error" role="alert">
      {failure.hint ? language.trans.__("%1: %2", failure.message, failure.hint) : failure.message}
    </p>
  );
}
