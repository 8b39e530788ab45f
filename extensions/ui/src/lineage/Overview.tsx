/** Many records at once, as marks on a canvas; names appear when the picture is drawn in full. */

import { useEffect, useRef, type JSX } from "react";
import type { LineageData } from "../data.js";
import { toneOf } from "./kinds.js";
import { NODE_HEIGHT, NODE_WIDTH, type LayoutResult } from "./layout.js";
import type { Box, View } from "./view.js";

interface OverviewProps {
  data: LineageData;
  laid: LayoutResult;
  view: View;
  frame: Box;
  hot: ReadonlySet<string> | null;
}

export function Overview({ data, laid, view, frame, hot }: OverviewProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const target = canvas.current;
    const pen = target?.getContext("2d");
    if (!target || !pen) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    target.width = frame.width * ratio;
    target.height = frame.height * ratio;
    const style = getComputedStyle(target);
    const colour = (name: string): string => style.getPropertyValue(name.replace(/^var\((.*)\)$/, "$1")).trim();
    pen.setTransform(view.scale * ratio, 0, 0, view.scale * ratio, view.x * ratio, view.y * ratio);
    const [left, top] = [-view.x / view.scale, -view.y / view.scale];
    const [right, bottom] = [left + frame.width / view.scale, top + frame.height / view.scale];
    pen.lineWidth = 1 / view.scale;
    pen.strokeStyle = colour("--wbu-own-faint");
    pen.globalAlpha = 0.25;
    pen.beginPath();
    for (const route of laid.routes) {
      const [start, end] = [route[0], route.at(-1)];
      if (!start || !end || end[0] < left || start[0] > right || Math.max(start[1], end[1]) < top || Math.min(start[1], end[1]) > bottom) {
        continue;
      }
      pen.moveTo(start[0], start[1]);
      for (const [x, y] of route.slice(1)) {
        pen.lineTo(x, y);
      }
    }
    pen.stroke();
    data.nodes.forEach((node, index) => {
      const [x, y] = laid.places[index] ?? [0, 0];
      if (x + NODE_WIDTH >= left && x <= right && y + NODE_HEIGHT >= top && y <= bottom) {
        pen.globalAlpha = hot && !hot.has(node.id) ? 0.2 : 0.9;
        pen.fillStyle = colour(toneOf(node.kind));
        pen.fillRect(x, y, NODE_WIDTH, NODE_HEIGHT);
      }
    });
  }, [data, laid, view, frame, hot]);
  return <canvas ref={canvas} className="wbu-Lineage-overview" style={{ width: frame.width, height: frame.height }} aria-hidden="true" />;
}
