import { expect, it } from "vitest";
import { type Point, sketchOf } from "../src/measure/sketch";
import { isOdd, type } from "../src/measure/typed";

const PAPER = { width: 640, height: 480, margin: 92 };
const square: Point[] = [[0, 0], [1000, 0], [1000, 500], [0, 500]];

it("puts the dimension line outside the item, as long as what it measures", () => {
  const { ends, extensions, label } = sketchOf([square], [[0, 250], [1000, 250]], PAPER);
  const scale = (640 - 2 * 92) / 1000;
  const [from, to] = ends!;
  expect(Math.abs(to[0] - from[0])).toBeCloseTo(1000 * scale);
  expect(from[1]).toBeCloseTo(to[1]);
  // Below the item's lower edge, since both sides are equally far.
  expect(from[1]).toBeGreaterThan(240 + 250 * scale);
  expect(extensions).toHaveLength(2);
  expect(label.turnedDeg).toBeCloseTo(0);
});

it("takes the nearer side, and turns the text so that it can be read", () => {
  const upper = sketchOf([square], [[1000, 40], [0, 40]], PAPER);
  expect(upper.ends![0][1]).toBeLessThan(240 - (250 * 456) / 1000);
  expect(Math.abs(upper.label.turnedDeg)).toBeLessThan(1e-6);
  const upright = sketchOf([square], [[900, 500], [900, 0]], PAPER);
  expect(upright.ends![0][0]).toBeGreaterThan(320 + 228);
  expect(Math.abs(upright.label.turnedDeg)).toBeCloseTo(90);
});

it("draws a way for what is no straight line, and the item alone where nothing was measured", () => {
  const way: Point[] = [[0, 0], [1000, 0], [1000, 500]];
  expect(sketchOf([square], way, PAPER).way).toMatch(/^M/);
  const bare = sketchOf([square], [], PAPER);
  expect([bare.way, bare.ends, bare.outlines.length]).toEqual([undefined, undefined, 1]);
  expect(sketchOf([], [], PAPER).label.at.every(Number.isFinite)).toBe(true);
});

it("takes keys as far as they make a number", () => {
  const form = { digits: 6, decimals: 2 };
  const typed = (keys: string) => [...keys].reduce((so, key) => type(so, key, form), "");
  expect(typed("201.805")).toBe("201.80");
  expect(typed("..5")).toBe("0.5");
  expect(typed("007")).toBe("7");
  expect(typed("12345678")).toBe("123456");
  expect(type("12", ".", { digits: 3, decimals: 0 })).toBe("12");
  expect(isOdd(20.18, 201.8)).toBe(true);
  expect(isOdd(201.1, 201.8)).toBe(false);
  expect(isOdd(2.6, 2.1)).toBe(false);
});
