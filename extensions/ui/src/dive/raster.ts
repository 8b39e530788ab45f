/** Discs of colour written straight into pixels: a hundred thousand of them in a few milliseconds. */

/** From a place on the plan to a place on the screen, both in CSS pixels. */
export interface Camera {
  scale: number;
  x: number;
  y: number;
}

export interface Points {
  x: Float32Array;
  y: Float32Array;
  fromX: Float32Array;
  fromY: Float32Array;
  /** How far the points have come from where they were, from 0 to 1. */
  way: number;
  pixels: Uint32Array;
  /** Which rows stand out, by 1; all where it is null. */
  mask: Uint8Array | null;
}

const LARGEST = 140;
export const SQUARE = 4;
const GROWN = 1.6;

/** A disc's pixels around its centre, as offsets and as coverages up to 256. */
interface Stamp {
  size: number;
  dx: Int16Array;
  dy: Int16Array;
  cover: Uint16Array;
}

/** Small points that lie side by side are squares, so that they leave no gaps. */
function stampOf(diameter: number, isSquare: boolean): Stamp {
  const size = Math.max(1, Math.min(LARGEST, Math.round(diameter)));
  const [dx, dy, cover]: [number[], number[], number[]] = [[], [], []];
  const middle = (size - 1) / 2;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const far = Math.hypot(column - middle, row - middle);
      const share = isSquare || size < 3 ? 1 : Math.min(1, Math.max(0, size / 2 + 0.35 - far));
      if (share > 0.05) {
        dx.push(column - Math.floor(size / 2));
        dy.push(row - Math.floor(size / 2));
        cover.push(Math.round(256 * share));
      }
    }
  }
  return { size, dx: Int16Array.from(dx), dy: Int16Array.from(dy), cover: Uint16Array.from(cover) };
}

export class Raster {
  private image: ImageData | null = null;
  private words = new Uint32Array(0);

  /** Draw points into a picture of `width` × `height` device pixels; of points over one another, those that stand out are larger. */
  draw(context: CanvasRenderingContext2D, width: number, height: number, ratio: number, camera: Camera, ground: number, diameter: number, isStacked: boolean, opacity: number, points: Points): ImageData {
    if (this.image?.width !== width || this.image.height !== height) {
      this.image = context.createImageData(width, height);
      this.words = new Uint32Array(this.image.data.buffer);
    }
    this.words.fill(ground);
    const isSquare = isStacked && diameter <= SQUARE;
    const stamp = stampOf(diameter * ratio, isSquare);
    if (points.mask !== null) {
      this.pass(width, height, ratio, camera, stamp, opacity * 0.16, points, 0);
      this.pass(width, height, ratio, camera, stampOf((diameter + (isStacked ? 0 : GROWN)) * ratio, isSquare), 1, points, 1);
    } else {
      this.pass(width, height, ratio, camera, stamp, opacity, points, null);
    }
    return this.image;
  }

  private pass(width: number, height: number, ratio: number, camera: Camera, stamp: Stamp, opacity: number, points: Points, wanted: 0 | 1 | null): void {
    const { x, y, fromX, fromY, way, pixels, mask } = points;
    const { words } = this;
    const { size, dx, dy } = stamp;
    const count = dx.length;
    const offsets = Int32Array.from(dx, (each, place) => each + (dy[place] ?? 0) * width);
    const covers = stamp.cover.map((each) => Math.round(each * opacity));
    const half = Math.floor(size / 2);
    const scale = camera.scale * ratio;
    const [left, top] = [camera.x * ratio, camera.y * ratio];
    const moves = way < 1;
    for (let row = 0; row < x.length; row += 1) {
      if (wanted !== null && mask !== null && mask[row] !== wanted) {
        continue;
      }
      let [atX, atY] = [x[row] as number, y[row] as number];
      if (moves) {
        atX = (fromX[row] as number) + (atX - (fromX[row] as number)) * way;
        atY = (fromY[row] as number) + (atY - (fromY[row] as number)) * way;
      }
      const px = (atX * scale + left) | 0;
      const py = (atY * scale + top) | 0;
      if (px < -half || py < -half || px >= width + half || py >= height + half) {
        continue;
      }
      const colour = pixels[row] as number;
      const base = py * width + px;
      const inside = px >= half && py >= half && px < width - half && py < height - half;
      for (let each = 0; each < count; each += 1) {
        if (!inside) {
          const [ex, ey] = [px + (dx[each] as number), py + (dy[each] as number)];
          if (ex < 0 || ey < 0 || ex >= width || ey >= height) {
            continue;
          }
        }
        const place = base + (offsets[each] as number);
        const cover = covers[each] as number;
        words[place] = cover >= 256 ? colour : blend(words[place] as number, colour, cover);
      }
    }
  }
}

/** A colour over another; red and blue are mixed in one go, since they do not meet. */
function blend(under: number, over: number, cover: number): number {
  const rest = 256 - cover;
  const redBlue = ((under & 0xff00ff) * rest + (over & 0xff00ff) * cover) / 256;
  const green = ((under & 0x00ff00) * rest + (over & 0x00ff00) * cover) / 256;
  return ((redBlue & 0xff00ff) | (green & 0x00ff00) | 0xff000000) >>> 0;
}
