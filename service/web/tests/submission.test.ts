import { describe, expect, it } from "vitest";
import { newId } from "../src/api/submission";

const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("a new id", () => {
  it("is a UUID of version 4, with and without randomUUID", () => {
    const insecure = { getRandomValues: crypto.getRandomValues.bind(crypto) };
    const ids = [newId(), newId(insecure), newId(insecure)];
    for (const id of ids) expect(id).toMatch(UUID_4);
    expect(new Set(ids).size).toBe(3);
  });

  it("sets version and variant whatever the random bytes are", () => {
    const fixed = (byte: number) => ({
      getRandomValues: <T extends ArrayBufferView | null>(bytes: T): T => {
        if (bytes instanceof Uint8Array) bytes.fill(byte);
        return bytes;
      },
    });
    expect(newId(fixed(0xff))).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
    expect(newId(fixed(0x00))).toBe("00000000-0000-4000-8000-000000000000");
  });
});
