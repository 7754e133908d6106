import { describe, expect, it } from "vitest";
import { dayAndTime, limit, measured } from "../src/format";

describe("numbers", () => {
  it("carry the decimal sign of the language", () => {
    expect(measured(187.2, "id")).toBe("187,20");
    expect(measured(187.2, "en")).toBe("187.20");
  });

  it("keep two decimals of a measured value and none that a limit does not need", () => {
    expect(measured(200, "en")).toBe("200.00");
    expect(limit(200, "en")).toBe("200");
    expect(limit(174.6, "id")).toBe("174,6");
  });

  it("group thousands as the language does", () => {
    expect(measured(1234.5, "id")).toBe("1.234,50");
    expect(measured(1234.5, "en")).toBe("1,234.50");
  });
});

it("writes day and time in the language", () => {
  const noon = "2026-08-17T12:00:00Z";
  expect(dayAndTime(noon, "id")).toMatch(/17 Agu 2026/);
  expect(dayAndTime(noon, "en")).toMatch(/Aug 17, 2026/);
});
