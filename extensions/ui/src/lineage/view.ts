/** Pan and zoom of a picture in a window. Pure. */

export interface View {
  x: number;
  y: number;
  scale: number;
}

export interface Box {
  width: number;
  height: number;
}

const MARGIN = 28;
const LEAST = 0.02;
const MOST = 2.5;
/** Below this nothing can be read; a first sight rather shows a part. */
export const READABLE = 0.6;

export function fit(picture: Box, frame: Box): View {
  const wide = (frame.width - 2 * MARGIN) / Math.max(picture.width, 1);
  const high = (frame.height - 2 * MARGIN) / Math.max(picture.height, 1);
  const scale = Math.max(LEAST, Math.min(1, wide, high));
  return { x: (frame.width - picture.width * scale) / 2, y: (frame.height - picture.height * scale) / 2, scale };
}

/** The whole where it can be read, else the part around a point. */
export function firstSight(picture: Box, frame: Box, centre: readonly [number, number]): View {
  const whole = fit(picture, frame);
  if (whole.scale >= READABLE) {
    return whole;
  }
  const hold = (at: number, size: number, room: number): number =>
    size * READABLE <= room - 2 * MARGIN
      ? (room - size * READABLE) / 2
      : Math.min(MARGIN, Math.max(room - MARGIN - size * READABLE, room / 2 - at * READABLE));
  return {
    x: hold(centre[0], picture.width, frame.width),
    y: hold(centre[1], picture.height, frame.height),
    scale: READABLE,
  };
}

/** How much larger letters are drawn in a picture that is shown small, so that they can still be read. */
export function letters(scale: number): number {
  return Math.min(1.15, Math.max(1, 0.8 / scale));
}

/** Zoom by a factor around a point of the window. */
export function zoom(view: View, factor: number, x: number, y: number): View {
  const scale = Math.min(MOST, Math.max(LEAST, view.scale * factor));
  const change = scale / view.scale;
  return { x: x - (x - view.x) * change, y: y - (y - view.y) * change, scale };
}

/** An edge as a path: level at every point it passes. */
export function curve(points: readonly (readonly [number, number])[]): string {
  const [first, ...others] = points;
  if (!first) {
    return "";
  }
  let [x, y] = first;
  let text = `M${x.toFixed(1)},${y.toFixed(1)}`;
  for (const [nextX, nextY] of others) {
    const middle = (x + nextX) / 2;
    text +=
      nextY === y
        ? `H${nextX.toFixed(1)}`
        : `C${middle.toFixed(1)},${y.toFixed(1)} ${middle.toFixed(1)},${nextY.toFixed(1)} ${nextX.toFixed(1)},${nextY.toFixed(1)}`;
    [x, y] = [nextX, nextY];
  }
  return text;
}
