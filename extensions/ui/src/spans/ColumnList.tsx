/** A list of columns to choose from: as many as there are, each with a small picture and a figure. */

import { useEffect, useId, useRef, useState, type JSX, type KeyboardEvent, type ReactNode } from "react";

export interface ColumnEntry {
  name: string;
  type: string;
  picture: ReactNode;
  figure: string;
  /** What the figure means, in full. */
  title: string;
  isMarked: boolean;
}

interface ColumnListProps {
  label: string;
  count: number;
  /** Made only for what is in sight. */
  entry: (place: number) => ColumnEntry;
  chosen: number;
  onChoose: (place: number) => void;
  height: number;
}

const ROW = 36;

export function ColumnList({ label, count, entry, chosen, onChoose, height }: ColumnListProps): JSX.Element {
  const [top, setTop] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const first = Math.max(0, Math.floor(top / ROW) - 4);
  const last = Math.min(count, Math.ceil((top + height) / ROW) + 4);
  useEffect(() => {
    const element = scroller.current;
    if (element && (chosen * ROW < element.scrollTop || (chosen + 1) * ROW > element.scrollTop + element.clientHeight)) {
      element.scrollTop = Math.max(0, chosen * ROW - element.clientHeight / 2);
    }
  }, [chosen]);
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -count, End: count }[event.key];
    if (step !== undefined && count > 0) {
      event.preventDefault();
      event.stopPropagation();
      onChoose(Math.min(count - 1, Math.max(0, chosen + step)));
    }
  };
  const shown = Array.from({ length: Math.max(0, last - first) }, (_, place) => first + place);
  const isInSight = chosen >= first && chosen < last;
  return (
    <div
      className="wbu-ColumnList"
      ref={scroller}
      role="listbox"
      tabIndex={0}
      data-lm-suppress-shortcuts="true"
      aria-label={label}
      aria-activedescendant={isInSight ? `${id}-${String(chosen)}` : undefined}
      style={{ height }}
      onKeyDown={onKey}
      onScroll={(event) => { setTop(event.currentTarget.scrollTop); }}
    >
      <div role="presentation" style={{ height: count * ROW }}>
        {shown.map((place) => {
          const { name, type, picture, figure, title, isMarked } = entry(place);
          return (
            <div
              key={place}
              id={`${id}-${String(place)}`}
              role="option"
              aria-selected={place === chosen}
              aria-setsize={count}
              aria-posinset={place + 1}
              className="wbu-ColumnList-entry"
              style={{ top: place * ROW }}
              title={title}
              onClick={() => { onChoose(place); }}
            >
              <span className="wbu-ColumnList-name">
                <strong>{name}</strong> <span className="wbu-Faint">{type}</span>
              </span>
              {picture}
              <span className="wbu-ColumnList-figure" data-marked={isMarked}>
                {figure}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** A line in a box of 72 × 20. */
export function Sparkline({ path, tone = "var(--wbu-c1)" }: { path: string; tone?: string }): JSX.Element {
  return (
    <svg className="wbu-Sparkline" width={72} height={22} viewBox="-1 -2 74 24" aria-hidden="true">
      <path d={path} fill="none" stroke={tone} strokeWidth={1.4} />
    </svg>
  );
}
