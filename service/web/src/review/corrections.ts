/** What a lead has corrected and not yet sent, and how the defects look with it. */

import type { Correction, Defect } from "../api/review";

export type Point = readonly [number, number];
type Miss = Extract<Correction, { kind: "miss" }>;

export interface ShownDefect
  extends Pick<Defect, "number" | "type" | "view" | "severity" | "zone" | "length_mm" | "probability"> {
  polygon: readonly Point[];
  dismissed: boolean;
  /** A person found it. */
  added: boolean;
  /** Something about it is not sent yet. */
  pending: boolean;
}

function pointsOf(polygon: readonly (readonly number[])[]): Point[] {
  return polygon.map(([x = 0, y = 0]) => [x, y]);
}

/** The defects as they would stand if the corrections were sent; the server judges them then. */
export function shown(
  defects: readonly Defect[],
  corrections: readonly Correction[],
): ShownDefect[] {
  const all = defects.map(
    (defect): ShownDefect => ({
      ...defect,
      polygon: pointsOf(defect.polygon_px),
      added: defect.origin === "person",
      pending: false,
    }),
  );
  for (const correction of corrections) {
    if (correction.kind === "miss") {
      all.push(addedBy(correction, all.length + 1));
      continue;
    }
    const defect = all.find(({ number }) => number === correction.defect);
    if (!defect) continue;
    defect.pending = true;
    defect.dismissed = correction.kind === "dismiss";
    if (correction.kind === "correct") {
      defect.type = correction.type ?? defect.type;
      defect.severity = correction.severity ?? null;
      defect.zone = null; // the server judges it anew
      if (correction.polygon_px) {
        defect.polygon = pointsOf(correction.polygon_px);
        defect.length_mm = null; // measured by the server
      }
    }
  }
  return all;
}

function addedBy(miss: Miss, number: number): ShownDefect {
  return {
    number,
    type: miss.type,
    view: miss.view,
    severity: miss.severity ?? null,
    zone: null,
    length_mm: null,
    probability: null,
    polygon: pointsOf(miss.polygon_px),
    dismissed: false,
    added: true,
    pending: true,
  };
}

/** Take back everything that is not sent about a defect; later misses move up a number. */
export function takenBack(
  corrections: readonly Correction[],
  number: number,
  stored: number,
): Correction[] {
  let next = stored;
  return corrections.flatMap((correction): Correction[] => {
    if (correction.kind === "miss") {
      next += 1;
      return next === number ? [] : [correction];
    }
    if (correction.defect === number) return [];
    const moved = number > stored && correction.defect > number;
    return [moved ? { ...correction, defect: correction.defect - 1 } : correction];
  });
}

/** Two corners as the outline of a box, kept on a photo of this size. */
export function box(a: Point, b: Point, width: number, height: number): Point[] {
  const within = (value: number, most: number): number =>
    Math.round(Math.min(Math.max(value, 0), most - 1) * 10) / 10;
  const [left, right] = [a[0], b[0]].sort((p, q) => p - q).map((x) => within(x, width));
  const [top, bottom] = [a[1], b[1]].sort((p, q) => p - q).map((y) => within(y, height));
  return [
    [left!, top!],
    [right!, top!],
    [right!, bottom!],
    [left!, bottom!],
  ];
}
