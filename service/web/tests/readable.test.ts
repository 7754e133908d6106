import { describe, expect, it } from "vitest";
import { isForeign } from "../src/camera/readable";

const box = (brand: string): Blob => new Blob(["\0\0\0\x18ftyp", brand, "\0\0\0\0mif1heic"]);

describe("a photo's format", () => {
  it.each(["heic", "heix", "mif1", "avif"])("%s is not the server's", async (brand) => {
    expect(await isForeign(box(brand))).toBe(true);
  });

  it.each([
    ["JPEG", new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70, 0, 1])])],
    ["a film", box("mp42")],
    ["nothing", new Blob([])],
  ])("%s is left to the server", async (_, file) => {
    expect(await isForeign(file)).toBe(false);
  });
});
