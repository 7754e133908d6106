import { describe, expect, it } from "vitest";
import { around, fit, onPhoto, pan, zoom } from "../src/review/zoom";

const photo = { width: 4000, height: 3000 };
const stage = { width: 800, height: 600 };
const whole = fit({ x: 0, y: 0, ...photo }, stage);

describe("the window on a photo", () => {
  it("shows an area wholly and in the middle", () => {
    const window = fit({ x: 1000, y: 1000, width: 400, height: 100 }, stage);
    expect(window.scale).toBe(2);
    expect(onPhoto(window, [400, 300])).toEqual([1200, 1050]);
  });

  it("keeps what is under the finger while it comes closer", () => {
    const at = [640, 120] as const;
    const before = onPhoto(whole, at);
    const after = onPhoto(zoom(whole, 5, at, photo, stage), at);
    expect(after[0]).toBeCloseTo(before[0]);
    expect(after[1]).toBeCloseTo(before[1]);
  });

  it("never shows less than the stage can, nor closer than eight to one", () => {
    expect(zoom(whole, 0.1, [0, 0], photo, stage)).toEqual(whole);
    expect(zoom(whole, 1e6, [0, 0], photo, stage).scale).toBe(8);
  });

  it("never leaves the photo", () => {
    const close = zoom(whole, 4, [400, 300], photo, stage);
    const far = pan(close, [1e6, -1e6], photo, stage);
    expect(far.x).toBe(0);
    expect(far.y + stage.height / far.scale).toBeCloseTo(photo.height);
  });

  it("frames points with a margin, even a single one", () => {
    expect(around([[10, 20], [30, 40]], 0.5)).toEqual({ x: 0, y: 10, width: 40, height: 40 });
    expect(around([[10, 20]], 2)).toEqual({ x: 8, y: 18, width: 4, height: 4 });
    expect(around([], 1)).toBeUndefined();
  });
});
