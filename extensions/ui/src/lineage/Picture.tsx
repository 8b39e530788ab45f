/** The laid-out graph: pan by dragging, zoom by pinch or Ctrl and wheel, arrows along the edges. */

import { useEffect, useMemo, useRef, useState, type CSSProperties, type JSX, type KeyboardEvent, type PointerEvent } from "react";
import type { LineageData, LineageNode } from "../data.js";
import { kindWord } from "../format.js";
import type { Language } from "../text.js";
import { glyphOf, toneOf } from "./kinds.js";
import { NODE_HEIGHT, NODE_WIDTH, type LayoutResult } from "./layout.js";
import { Overview } from "./Overview.js";
import { neighbours } from "./paths.js";
import { measureOf, shorten, shortenTitle } from "./titles.js";
import { curve, letters, zoom, type Box, type View } from "./view.js";

const DRAWN_IN_FULL = 500;
// What else stands on a node's line.
const EDGES = 26;

interface PictureProps extends Language {
  data: LineageData;
  laid: LayoutResult;
  frame: Box;
  view: View;
  onView: (change: (view: View) => View) => void;
  root: string | undefined;
  focus: string | null;
  hot: ReadonlySet<string> | null;
  onFocus: (id: string | null) => void;
  onOpen?: ((id: string) => void) | undefined;
}

export function Picture(props: PictureProps): JSX.Element {
  const { data, laid, frame, view, onView, root, focus, hot, onFocus, onOpen, t, locale } = props;
  const surface = useRef<HTMLDivElement>(null);
  const dragged = useRef<{ x: number; y: number; far: boolean } | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const [family, setFamily] = useState("sans-serif");
  useEffect(() => {
    setFamily((surface.current && getComputedStyle(surface.current).fontFamily) || "sans-serif");
  }, []);
  useEffect(() => {
    const element = surface.current;
    const onWheel = (event: WheelEvent): void => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const box = element?.getBoundingClientRect();
        const [x, y] = [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
        onView((now) => zoom(now, Math.exp(-event.deltaY * 0.004), x, y));
      }
    };
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => { element?.removeEventListener("wheel", onWheel); };
  }, [onView]);
  const [up, down] = useMemo(() => [neighbours(data, "up"), neighbours(data, "down")], [data]);
  const [left, top] = [-view.x / view.scale, -view.y / view.scale];
  const [right, bottom] = [left + frame.width / view.scale, top + frame.height / view.scale];
  const inSight = data.nodes
    .map((node, index) => ({ node, place: laid.places[index] ?? ([0, 0] as const) }))
    .filter(({ place: [x, y] }) => x + NODE_WIDTH >= left && x <= right && y + NODE_HEIGHT >= top && y <= bottom);
  const size = letters(view.scale);
  const isFull = inSight.length <= DRAWN_IN_FULL;
  const first = active ?? root ?? data.nodes[0]?.id;
  const stop = inSight.some(({ node }) => node.id === first) ? first : inSight[0]?.node.id;
  const goTo = (id: string | undefined): void => {
    const index = data.nodes.findIndex((node) => node.id === id);
    const [x, y] = laid.places[index] ?? [0, 0];
    if (id === undefined) {
      return;
    }
    setActive(id);
    onView((now) => intoSight(now, frame, x, y));
    requestAnimationFrame(() => {
      surface.current?.querySelector<SVGGElement>(`[data-id="${CSS.escape(id)}"]`)?.focus();
    });
  };
  const onKey = (event: KeyboardEvent, node: LineageNode): void => {
    const level = (sign: number): string | undefined => {
      const at = laid.places[data.nodes.indexOf(node)] ?? [0, 0];
      return data.nodes
        .map((each, index) => ({ id: each.id, place: laid.places[index] ?? ([0, 0] as const) }))
        .filter(({ place }) => place[0] === at[0] && sign * (place[1] - at[1]) > 1)
        .sort((a, b) => sign * (a.place[1] - b.place[1]))[0]?.id;
    };
    const moves: Record<string, () => void> = {
      ArrowRight: () => { goTo(down.get(node.id)?.[0]); },
      ArrowLeft: () => { goTo(up.get(node.id)?.[0]); },
      ArrowDown: () => { goTo(level(1)); },
      ArrowUp: () => { goTo(level(-1)); },
      Enter: () => { onOpen?.(node.id); },
      " ": () => { onFocus(focus === node.id ? null : node.id); },
      Escape: () => { onFocus(null); },
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      event.stopPropagation();
      move();
    }
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const from = dragged.current;
    if (!from || event.buttons === 0) {
      return;
    }
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (from.far || Math.hypot(dx, dy) > 4) {
      if (!from.far) {
        event.currentTarget.setPointerCapture(event.pointerId);
      }
      dragged.current = { x: event.clientX, y: event.clientY, far: true };
      onView((now) => ({ ...now, x: now.x + dx, y: now.y + dy }));
    }
  };
  return (
    <div
      ref={surface}
      className="wbu-Lineage-surface"
      style={{ height: frame.height }}
      onPointerDown={(event) => { dragged.current = { x: event.clientX, y: event.clientY, far: false }; }}
      onPointerMove={onPointerMove}
      onPointerUp={() => { dragged.current = null; }}
    >
      {isFull ? null : <Overview data={data} laid={laid} view={view} frame={frame} hot={hot} />}
      <svg width={frame.width} height={frame.height} role="group" aria-label={t("Arrows move along the graph, Enter opens the record, Space shows its columns.")}>
        <g style={{ "--wbu-letters": size } as CSSProperties} transform={`translate(${String(view.x)},${String(view.y)}) scale(${String(view.scale)})`}>
          {isFull ? (
            <>
              <Edges data={data} laid={laid} hot={hot} left={left} right={right} top={top} bottom={bottom} />
              {inSight.map(({ node, place: [x, y] }) => (
                <g
                  key={node.id}
                  data-id={node.id}
                  className="wbu-Node"
                  role="button"
                  tabIndex={node.id === stop ? 0 : -1}
                  aria-label={`${kindWord(node.kind, t)} ${node.title}${node.subtitle ? `, ${node.subtitle}` : ""}`}
                  aria-pressed={focus === node.id}
                  data-root={node.id === root || undefined}
                  data-hot={hot ? hot.has(node.id) : undefined}
                  transform={`translate(${String(x)},${String(y)})`}
                  onKeyDown={(event) => { onKey(event, node); }}
                  onFocus={() => { setActive(node.id); }}
                  onDoubleClick={() => onOpen?.(node.id)}
                  onClick={() => { onFocus(focus === node.id ? null : node.id); }}
                >
                  <title>{[node.ref, kindWord(node.kind, t), node.subtitle ?? ""].filter(Boolean).join("\n")}</title>
                  <rect className="wbu-Node-box" width={NODE_WIDTH} height={NODE_HEIGHT} rx={8} />
                  <rect x={0} y={6} width={4} height={NODE_HEIGHT - 12} rx={2} fill={toneOf(node.kind)} />
                  <text className="wbu-Node-glyph" x={22} y={22} textAnchor="middle" data-state={node.state ?? undefined}>
                    {glyphOf(node)}
                  </text>
                  <text
                    className="wbu-Node-title"
                    x={22 + 13 * size}
                    y={22}
                    onClick={(event) => {
                      if (onOpen) {
                        event.stopPropagation();
                        onOpen(node.id);
                      }
                    }}
                  >
                    {shortenTitle(node, NODE_WIDTH - EDGES - 13 * size, measureOf(`600 ${String(13 * size)}px ${family}`))}
                  </text>
                  <text className="wbu-Node-subtitle" x={16} y={40}>
                    {shorten(node.subtitle ?? kindWord(node.kind, t), NODE_WIDTH - EDGES, measureOf(`${String(11 * size)}px ${family}`))}
                  </text>
                </g>
              ))}
            </>
          ) : null}
        </g>
      </svg>
      <p className="wbu-Hidden">{t("%1 records, %2 steps between them.", data.nodes.length.toLocaleString(locale), data.edges.length.toLocaleString(locale))}</p>
    </div>
  );
}

interface EdgesProps {
  data: LineageData;
  laid: LayoutResult;
  hot: ReadonlySet<string> | null;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

function Edges({ data, laid, hot, left, right, top, bottom }: EdgesProps): JSX.Element {
  const paths = useMemo(() => laid.routes.map(curve), [laid]);
  const drawn = data.edges.flatMap((edge, index) => {
    const route = laid.routes[index];
    const [start, end] = [route?.[0], route?.at(-1)];
    if (!start || !end || Math.max(start[0], end[0]) < left || Math.min(start[0], end[0]) > right) {
      return [];
    }
    const ys = route?.map(([, y]) => y) ?? [];
    if (Math.max(...ys) < top || Math.min(...ys) > bottom) {
      return [];
    }
    const isHot = hot !== null && hot.has(edge.source) && hot.has(edge.target);
    return [{ index, isHot }];
  });
  drawn.sort((a, b) => Number(a.isHot) - Number(b.isHot));
  return (
    <g aria-hidden="true">
      {drawn.map(({ index, isHot }) => (
        <path key={index} className="wbu-Edge" data-hot={hot ? isHot : undefined} d={paths[index]} />
      ))}
    </g>
  );
}

function intoSight(view: View, frame: Box, x: number, y: number): View {
  const [left, top] = [view.x + x * view.scale, view.y + y * view.scale];
  const [wide, high] = [NODE_WIDTH * view.scale, NODE_HEIGHT * view.scale];
  const nudge = (at: number, size: number, room: number): number => (at < 16 ? 16 - at : at + size > room - 16 ? room - 16 - at - size : 0);
  return { ...view, x: view.x + nudge(left, wide, frame.width), y: view.y + nudge(top, high, frame.height) };
}
