/** A drawing of an item with one dimension, as engineers draw it: extension lines, arrows, value. */

export type Point = readonly [x: number, y: number];

export interface Sketch {
  /** Closed outlines of the pieces, as SVG paths. */
  outlines: readonly string[];
  /** The way along which it was measured, where that is no straight line between two points. */
  way?: string;
  /** From the item to the dimension line, and a little beyond. */
  extensions: readonly (readonly [Point, Point])[];
  /** The dimension line. */
  ends?: readonly [Point, Point];
  /** Where its text stands, and how it is turned so that it reads from below or from the right. */
  label: { at: Point; turnedDeg: number };
}

export interface Paper {
  width: number;
  height: number;
  /** Left free on all sides, for the dimension line and its text. */
  margin: number;
}

const GAP = 54;
const BEYOND = 10;
const FROM_ITEM = 6;

/**
 * Draw outlines and a measured line, given in pixels of a photo, to fit `paper`.
 *
 * `line` has two ends, or more points of a way (roundness); without points only the outlines are
 * drawn.
 */
export function sketchOf(
  outlines: readonly (readonly (readonly number[])[])[],
  line: readonly (readonly number[])[],
  { width, height, margin }: Paper,
): Sketch {
  const every = [...outlines.flat(), ...line];
  const [left, right] = range(every.map(([x = 0]) => x));
  const [top, bottom] = range(every.map(([, y = 0]) => y));
  const scale = Math.min(
    (width - 2 * margin) / (right - left || 1),
    (height - 2 * margin) / (bottom - top || 1),
  );
  const place = ([x = 0, y = 0]: readonly number[]): Point => [
    width / 2 + (x - (left + right) / 2) * scale,
    height / 2 + (y - (top + bottom) / 2) * scale,
  ];
  const placed = outlines.map((outline) => outline.map(place));
  const paths = placed.filter((outline) => outline.length > 1).map((one) => `${path(one)}Z`);
  const points = line.map(place);
  const [from, to] = [points[0], points.at(-1)];
  if (!from || !to || points.length !== 2) {
    const middle = points[Math.floor(points.length / 2)] ?? [width / 2, height / 2];
    const label = { at: [middle[0], middle[1] - GAP] as Point, turnedDeg: 0 };
    return { outlines: paths, extensions: [], label, ...(points.length ? { way: path(points) } : {}) };
  }
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
  const along: Point = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
  const across: Point = [-along[1], along[0]];
  const reaches = placed.flat().map((p) => (p[0] - from[0]) * across[0] + (p[1] - from[1]) * across[1]);
  const [least, most] = range([0, ...reaches]);
  // Outside the item, on the nearer side; of two alike below or on the right.
  const beyond = Math.abs(most + least) > 1 ? -Math.sign(most + least) : side(across);
  const offset = beyond > 0 ? most + GAP : least - GAP;
  const move = ([x, y]: Point, by: number): Point => [x + across[0] * by, y + across[1] * by];
  const away = Math.sign(offset);
  const ends = [move(from, offset), move(to, offset)] as const;
  const extensions = [from, to].map(
    (end) => [move(end, away * FROM_ITEM), move(end, offset + away * BEYOND)] as const,
  );
  const turned = (Math.atan2(along[1], along[0]) * 180) / Math.PI;
  const turnedDeg = turned > 90 ? turned - 180 : turned <= -90 ? turned + 180 : turned;
  const at: Point = [(ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2];
  return { outlines: paths, extensions, ends, label: { at, turnedDeg } };
}

function side(across: Point): number {
  return Math.sign(Math.abs(across[1]) > 1e-9 ? across[1] : across[0]);
}

function range(values: readonly number[]): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least <= most ? [least, most] : [0, 0];
}

function path(points: readonly Point[]): string {
  return `M${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`;
}
