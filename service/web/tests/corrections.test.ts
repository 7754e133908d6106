import { describe, expect, it } from "vitest";
import type { Correction, Defect } from "../src/api/review";
import { box, shown, takenBack } from "../src/review/corrections";

const crack: Defect = {
  number: 1,
  origin: "machine",
  dismissed: false,
  corrected: false,
  type: "crack",
  view: "top",
  length_mm: 7,
  width_mm: 1,
  area_mm2: 5,
  probability: 0.9,
  severity: "major",
  zone: null,
  polygon_px: [[1, 2], [3, 4], [5, 6]],
};
const miss = (type: string): Correction => ({
  kind: "miss",
  view: "top",
  type,
  polygon_px: [[0, 0], [9, 0], [9, 9]],
});

describe("corrections that are not sent yet", () => {
  it("show what would stand", () => {
    const [first, second] = shown(
      [crack],
      [{ kind: "dismiss", defect: 1 }, miss("dent"), { kind: "correct", defect: 2, type: "stain" }],
    );
    expect(first).toMatchObject({ number: 1, dismissed: true, pending: true, added: false });
    expect(second).toMatchObject({ number: 2, type: "stain", pending: true, added: true });
  });

  it("leave what came from the server as it was", () => {
    shown([crack], [{ kind: "correct", defect: 1, type: "stain" }]);
    expect(crack.type).toBe("crack");
    expect(shown([crack], [])[0]).toMatchObject({ type: "crack", pending: false });
  });

  it("are taken back one defect at a time, and later misses move up", () => {
    const corrections: Correction[] = [
      { kind: "dismiss", defect: 1 },
      miss("dent"),
      miss("hole"),
      { kind: "correct", defect: 3, type: "chip" },
    ];
    expect(takenBack(corrections, 1, 1)).toEqual(corrections.slice(1));
    expect(takenBack(corrections, 2, 1)).toEqual([
      { kind: "dismiss", defect: 1 },
      miss("hole"),
      { kind: "correct", defect: 2, type: "chip" },
    ]);
    expect(takenBack(corrections, 3, 1)).toEqual(corrections.slice(0, 2));
  });

  it("draw a box that stays on the photo, whichever corner comes first", () => {
    expect(box([50, 80], [-7, 20.04], 100, 60)).toEqual([
      [0, 20],
      [50, 20],
      [50, 59],
      [0, 59],
    ]);
  });
});
