/** Which part of a photo is shown: `scale` screen pixels for one of the photo, from `x`, `y` on. */

export interface Window {
  readonly scale: number;
  /** The photo's position at the stage's upper left corner. */
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Area extends Size {
  readonly x: number;
  readonly y: number;
}

/** Closer than this a pixel of the photo is a tile of 8 × 8. */
const CLOSEST = 8;

/** Show an area wholly, in the middle of the stage. */
export function fit(area: Area, stage: Size): Window {
  const scale = Math.min(stage.width / area.width, stage.height / area.height);
  return {
    scale,
    x: area.x + area.width / 2 - stage.width / 2 / scale,
    y: area.y + area.height / 2 - stage.height / 2 / scale,
  };
}

/** Come closer by `factor`; what is under `at` (on the stage) stays there. */
export function zoom(
  from: Window,
  factor: number,
  at: readonly [number, number],
  photo: Size,
  stage: Size,
): Window {
  const farthest = fit({ x: 0, y: 0, ...photo }, stage).scale;
  const scale = Math.min(Math.max(from.scale * factor, farthest), Math.max(CLOSEST, farthest));
  return kept(
    {
      scale,
      x: from.x + at[0] / from.scale - at[0] / scale,
      y: from.y + at[1] / from.scale - at[1] / scale,
    },
    photo,
    stage,
  );
}

/** Move the photo by so many pixels of the screen. */
export function pan(
  from: Window,
  by: readonly [number, number],
  photo: Size,
  stage: Size,
): Window {
  const { scale, x, y } = from;
  return kept({ scale, x: x - by[0] / scale, y: y - by[1] / scale }, photo, stage);
}

/** Where on the photo a point of the stage is. */
export function onPhoto(from: Window, [x, y]: readonly [number, number]): [number, number] {
  return [from.x + x / from.scale, from.y + y / from.scale];
}

/** Keep the photo on the stage: without a gap where it is larger, in the middle where smaller. */
function kept({ scale, x, y }: Window, photo: Size, stage: Size): Window {
  const along = (start: number, length: number, seen: number): number =>
    seen >= length ? (length - seen) / 2 : Math.min(Math.max(start, 0), length - seen);
  return {
    scale,
    x: along(x, photo.width, stage.width / scale),
    y: along(y, photo.height, stage.height / scale),
  };
}

/** The area around points, with a margin as a share of its longer side; undefined for none. */
export function around(points: readonly (readonly number[])[], margin: number): Area | undefined {
  if (points.length === 0) return undefined;
  const xs = points.map(([x = 0]) => x);
  const ys = points.map(([, y = 0]) => y);
  const [left, right, top, bottom] = [
    Math.min(...xs),
    Math.max(...xs),
    Math.min(...ys),
    Math.max(...ys),
  ];
  const room = Math.max(right - left, bottom - top, 1) * margin;
  return {
    x: left - room,
    y: top - room,
    width: right - left + 2 * room,
    height: bottom - top + 2 * room,
  };
}
