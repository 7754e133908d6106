import { describe, expect, it } from "vitest";
import { digestOf } from "../src/outbox/digest";
import { sealOf, sealOfReading } from "../src/outbox/seal";

const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer as ArrayBuffer;

describe("a digest", () => {
  // FIPS 180-2, appendix B.
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  it("is the same by the browser's SHA-256 and by the library's", async () => {
    expect(await digestOf(bytes("abc"))).toBe(abc);
    expect(await digestOf(bytes("abc"), undefined)).toBe(abc);
    const large = new Uint8Array(3_000_001).fill(7).buffer;
    expect(await digestOf(large, undefined)).toBe(await digestOf(large, crypto.subtle));
  });
});

describe("a seal", () => {
  const key = { id: "11111111-2222-4333-8444-555555555555", secret: "ab".repeat(32) };

  it("is what the service makes of the same statement", () => {
    // The same example stands in tests/service/test_captures.py.
    const seal = sealOf(key, {
      clientId: "99999999-8888-4777-8666-555555555555",
      takenAt: "2026-11-24T01:02:03.456Z",
      spec: "daiso-tray",
      station: "table-1",
      unit: 7,
      photos: [
        { view: "top", sha256: "cd".repeat(32) },
        { view: "underside", sha256: "ef".repeat(32) },
      ],
    });
    expect(seal).toBe(`${key.id}.af927c124b158ea71849fd26246a5df1fcc48a067a8d978ae6e32bf751da5342`);
  });
});

describe("a reading's seal", () => {
  const key = { id: "11111111-2222-4333-8444-555555555555", secret: "ab".repeat(32) };
  const statement = {
    clientId: "99999999-8888-4777-8666-555555555555",
    inspectionClientId: "99999999-8888-4777-8666-444444444444",
    measuredAt: "2026-11-24T01:02:03.456Z",
  };

  it("is what the service makes of the same statement", () => {
    // The same example stands in tests/service/test_readings.py.
    const entry = { kind: "calliper", name: "length", part: 2, value_mm: 280.45 } as const;
    expect(sealOfReading(key, { ...statement, entry })).toBe(`${key.id}.46dc88640296df589249ff6b9fd606981a93584caa6b26d14d1fd5879230e820`);
  });
});
