import { describe, expect, it } from "vitest";
import { Shutter, type Corner } from "../src/camera/shutter";

const MAT: readonly Corner[] = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]];
const GOOD = { advice: null, mat: MAT };
const EMPTY = { advice: "item-missing", mat: MAT };
const FAR = { advice: "camera-far", mat: MAT };

/** Show the same sight every 300 ms; returns at which of them the shutter fires. */
function show(shutter: Shutter, sight: typeof GOOD | typeof EMPTY, fromMs: number, times: number) {
  const fires: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const nowMs = fromMs + 300 * i;
    if (shutter.see(sight, nowMs)) {
      fires.push(nowMs - fromMs);
      shutter.fired();
    }
  }
  return fires;
}

describe("the shutter", () => {
  it("fires when all was well for a second, once for an item", () => {
    const shutter = new Shutter();
    expect(show(shutter, GOOD, 0, 4)).toEqual([]);
    expect(show(shutter, GOOD, 1200, 20)).toEqual([0]);
  });

  it("fires again after the item was taken away", () => {
    const shutter = new Shutter();
    show(shutter, GOOD, 0, 10);
    show(shutter, EMPTY, 3000, 2);
    expect(show(shutter, GOOD, 3600, 10)).toEqual([1200]);
  });

  it("is not deceived by one frame without the item, nor by another fault", () => {
    const shutter = new Shutter();
    show(shutter, GOOD, 0, 10);
    show(shutter, EMPTY, 3000, 1);
    expect(show(shutter, GOOD, 3300, 10)).toEqual([]);
    show(shutter, FAR, 6300, 9);
    expect(show(shutter, GOOD, 9000, 10)).toEqual([]);
  });

  it("fires again where a person asks", () => {
    const shutter = new Shutter();
    show(shutter, GOOD, 0, 10);
    shutter.arm();
    expect(show(shutter, GOOD, 3000, 10)).toEqual([1200]);
  });

  it("begins anew after a fault, a movement and a pause", () => {
    const shutter = new Shutter();
    show(shutter, GOOD, 0, 3);
    shutter.see(FAR, 900);
    expect(show(shutter, GOOD, 1200, 4)).toEqual([]);
    const moved = { advice: null, mat: MAT.map(([x, y]): Corner => [x + 0.02, y]) };
    expect(show(shutter, moved, 2400, 4)).toEqual([]);
    expect(show(shutter, moved, 10_000, 4)).toEqual([]);
    shutter.blind();
    expect(show(shutter, moved, 11_200, 5)).toEqual([1200]);
  });
});
