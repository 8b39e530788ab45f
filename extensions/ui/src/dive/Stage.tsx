/** The canvas: wheel and drag to look closer, click to read a point, shift and drag to pick an area. */

import { useEffect, useRef, useState, type JSX, type KeyboardEvent, type PointerEvent } from "react";
import { useSize } from "../Frame.js";
import type { Translate } from "../text.js";
import type { Arrangement } from "./arrange.js";
import type { Palette } from "./colours.js";
import type { Lettering } from "./lettering.js";
import { Scene } from "./scene.js";

export interface Area {
  /** Corners on the plan: the least and the greatest of both. */
  x: [number, number];
  y: [number, number];
}

interface StageProps {
  t: Translate;
  label: string;
  height: number;
  /** Make the arrangement for a size. */
  plan: (width: number, height: number) => Arrangement;
  lettering: Lettering;
  hasX: boolean;
  hasY: boolean;
  palette: Palette | null;
  pixels: Uint32Array | null;
  mask: Uint8Array | null;
  chosen: number | null;
  describeCell: (cell: number) => string;
  describeRow: (row: number) => string;
  onChoose: (row: number | null) => void;
  onPickFacet: (side: "rows" | "columns", place: number) => void;
  onPickArea: (area: Area, arrangement: Arrangement) => void;
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function Stage(props: StageProps): JSX.Element {
  const { t, label, height, plan, lettering, hasX, hasY, palette, pixels, mask, chosen, describeCell, describeRow, onChoose, onPickFacet, onPickArea } = props;
  const [measure, width] = useSize<HTMLDivElement>(900, height);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useRef<Scene | null>(null);
  const arrangement = useRef<Arrangement | null>(null);
  const drag = useRef<{ x: number; y: number; isArea: boolean; moved: boolean } | null>(null);
  const [tip, setTip] = useState<{ x: number; y: number; words: string } | null>(null);
  const [said, setSaid] = useState("");

  useEffect(() => {
    if (!canvas.current) {
      return undefined;
    }
    const made = new Scene(canvas.current);
    scene.current = made;
    const element = canvas.current;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== element) {
        return; // the page scrolls on, until the picture is clicked
      }
      event.preventDefault();
      made.zoom(Math.exp(-event.deltaY * 0.002), event.offsetX, event.offsetY);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      element.removeEventListener("wheel", onWheel);
      made.stop();
    };
  }, []);

  useEffect(() => {
    const at = scene.current;
    if (!at || !palette || !pixels) {
      return;
    }
    at.lettering = lettering;
    const names = lettering.rows ? 104 : 0;
    Object.assign(at.margins, { left: 8 + names + (hasY ? 62 : 0), top: lettering.columns ? 26 : 8, right: 10, bottom: hasX ? 36 : 8 });
    at.resize(width, height);
    const made = plan(at.inner.width, at.inner.height);
    at.paint(palette, pixels, mask);
    if (made !== arrangement.current) {
      const isSame = arrangement.current?.x.length === made.x.length;
      arrangement.current = made;
      at.place(made, !isSame || prefersStill());
    }
    at.ask();
  }, [plan, lettering, hasX, hasY, palette, pixels, mask, width, height]);

  useEffect(() => {
    if (scene.current) {
      scene.current.chosen = chosen;
      scene.current.ask();
    }
  }, [chosen]);

  const onDown = (event: PointerEvent<HTMLCanvasElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { x: event.nativeEvent.offsetX, y: event.nativeEvent.offsetY, isArea: event.shiftKey, moved: false };
  };
  const onMove = (event: PointerEvent<HTMLCanvasElement>): void => {
    const at = scene.current;
    const { offsetX: x, offsetY: y } = event.nativeEvent;
    if (!at) {
      return;
    }
    const from = drag.current;
    if (from) {
      from.moved ||= Math.hypot(x - from.x, y - from.y) > 3;
      if (from.isArea) {
        at.band = { x: Math.min(x, from.x), y: Math.min(y, from.y), width: Math.abs(x - from.x), height: Math.abs(y - from.y) };
        at.ask();
      } else if (from.moved) {
        at.pan(event.movementX, event.movementY);
      }
      setTip(null);
      return;
    }
    const row = isWithin(at, x, y) ? at.rowAt(x, y) : null;
    if (row !== at.hovered) {
      at.hovered = row;
      at.ask();
      setTip(row === null ? null : { x, y, words: describeRow(row) });
    }
  };
  const onUp = (event: PointerEvent<HTMLCanvasElement>): void => {
    const at = scene.current;
    const from = drag.current;
    drag.current = null;
    if (!at || !from) {
      return;
    }
    const { offsetX: x, offsetY: y } = event.nativeEvent;
    if (from.isArea && from.moved && arrangement.current) {
      const [a, b] = [at.plan(from.x, from.y), at.plan(x, y)];
      onPickArea({ x: [Math.min(a[0], b[0]), Math.max(a[0], b[0])], y: [Math.min(a[1], b[1]), Math.max(a[1], b[1])] }, arrangement.current);
    } else if (!from.moved) {
      const cell = at.cellAt(isWithin(at, x, y) ? x : Math.max(x, at.margins.left + 1), Math.max(y, at.margins.top + 1));
      if (isWithin(at, x, y)) {
        onChoose(at.rowAt(x, y));
      } else if (cell && y < at.margins.top && lettering.columns) {
        onPickFacet("columns", cell.column);
      } else if (cell && x < at.margins.left && lettering.rows) {
        onPickFacet("rows", cell.row);
      }
    }
    at.band = null;
    at.ask();
  };
  const onLeave = (): void => {
    setTip(null);
    if (scene.current) {
      scene.current.hovered = null;
      scene.current.ask();
    }
  };
  const choose = (row: number | null): void => {
    if (row !== null) {
      onChoose(row);
      setSaid(describeRow(row));
    }
  };
  const onKey = (event: KeyboardEvent<HTMLCanvasElement>): void => {
    const at = scene.current;
    if (!at || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const [dx, dy] = STEPS[event.key] ?? [0, 0];
    const { cells } = at;
    const focused = at.focused ?? 0;
    if (dx !== 0 || dy !== 0) {
      if (chosen !== null) {
        choose(at.neighbour(chosen, dx, dy));
      } else {
        const now = cells[focused];
        const next = at.focused === null ? 0 : cells.findIndex((each) => now && each.row === now.row + dy && each.column === now.column + dx);
        if (next >= 0) {
          at.focused = next;
          setSaid(describeCell(next));
        }
      }
    } else if (event.key === "Enter" || event.key === " ") {
      choose(chosen ?? at.firstOf(focused));
    } else if (event.key === "Escape" && chosen !== null) {
      onChoose(null);
      setSaid(describeCell(focused));
    } else if (event.key === "+" || event.key === "=" || event.key === "-") {
      at.zoom(event.key === "-" ? 1 / 1.4 : 1.4, at.margins.left + at.inner.width / 2, at.margins.top + at.inner.height / 2);
    } else if (event.key === "0") {
      at.fit(prefersStill());
    } else if (event.key === "f" && cells[focused]) {
      at.frame(cells[focused], prefersStill());
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation(); // a notebook's own keys are not meant
    at.ask();
  };
  return (
    <div className="wbu-Stage" ref={measure}>
      <canvas
        ref={canvas}
        role="application"
        aria-label={label}
        aria-roledescription={t("picture of points")}
        tabIndex={0}
        data-lm-suppress-shortcuts="true"
        style={{ width, height }}
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerLeave={onLeave}
        onKeyDown={onKey}
        onDoubleClick={(event) => {
          const cell = scene.current?.cellAt(event.nativeEvent.offsetX, event.nativeEvent.offsetY);
          if (cell && scene.current) {
            if (scene.current.camera.scale > 1.001) {
              scene.current.fit(prefersStill());
            } else {
              scene.current.frame(cell, prefersStill());
            }
          }
        }}
        onBlur={() => {
          if (scene.current) {
            scene.current.focused = null;
            scene.current.ask();
          }
        }}
      />
      {tip ? (
        <div className="wbu-Stage-tip" aria-hidden="true" style={{ left: Math.min(tip.x + 12, width - 230), top: tip.y + (tip.y > height - 90 ? -54 : 16) }}>
          {tip.words}
        </div>
      ) : null}
      <div className="wbu-Stage-tools">
        <button type="button" className="wbu-Button" aria-label={t("Zoom in")} onClick={() => { scene.current?.zoom(1.6, width / 2, height / 2); }}>
          +
        </button>
        <button type="button" className="wbu-Button" aria-label={t("Zoom out")} onClick={() => { scene.current?.zoom(1 / 1.6, width / 2, height / 2); }}>
          −
        </button>
        <button type="button" className="wbu-Button" onClick={() => { scene.current?.fit(prefersStill()); }}>
          {t("fit")}
        </button>
      </div>
      <p className="wbu-Hidden" role="status">
        {said}
      </p>
    </div>
  );
}

function isWithin(scene: Scene, x: number, y: number): boolean {
  const { left, top } = scene.margins;
  return x >= left && y >= top && x <= left + scene.inner.width && y <= top + scene.inner.height;
}

export function prefersStill(): boolean {
  return typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)").matches;
}
