/** Which rows of a long table are in sight, some of them open. Pure. */

/** How much taller an open row is, by its place, in ascending order. */
export type Extras = readonly (readonly [place: number, height: number])[];

/** How far below the first row a row begins. */
export function offset(place: number, row: number, extras: Extras = []): number {
  return extras.reduce((sum, [open, height]) => (open < place ? sum + height : sum), place * row);
}

/** The rows in sight, with some around them. */
export function visibleRange(count: number, row: number, top: number, sight: number, extras: Extras = []): [number, number] {
  const first = Math.max(0, placeAt(count, row, top, extras) - 6);
  const last = Math.min(count, placeAt(count, row, top + sight, extras) + 6);
  return [Math.min(count, first), Math.max(first, last)];
}

/** The row at a height. */
function placeAt(count: number, row: number, at: number, extras: Extras): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offset(middle + 1, row, extras) <= at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
