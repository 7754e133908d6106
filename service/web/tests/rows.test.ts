import { expect, it } from "vitest";
import { rowsOf } from "../src/rows";

const shared = { name: "x", label: null, view: "top", decision: "pass" as const };
const line = { line_px: [], budget: [] };

it("puts sizes, angles and counts into one table, each with its unit", () => {
  const rows = rowsOf({
    measurements: [
      {
        ...shared,
        ...line,
        feature: "length",
        part: 2,
        value_mm: 200.1,
        u95_mm: 0.3,
        lower_mm: 199,
        upper_mm: 201,
        default_tolerance: true,
        swelling: null,
        conformance_probability: 0.999,
      },
    ],
    angles: [
      {
        ...shared,
        ...line,
        feature: "angle",
        part: 1,
        value_deg: 90.2,
        u95_deg: 0.1,
        lower_deg: 89,
        upper_deg: 91,
        conformance_probability: 0.999,
      },
    ],
    counts: [{ ...shared, feature: "count", part: null, found: 4, expected: 5 }],
    calliper: [],
  });
  expect(rows.map(({ quantity }) => quantity && quantity.value + quantity.unit)).toEqual([
    "200.1 mm",
    "90.2°",
    null,
  ]);
  expect(rows.map(({ part }) => part)).toEqual([2, 1, null]);
  expect(rows[0]?.quantity?.defaultTolerance).toBe(true);
  expect(rows[2]?.count).toMatchObject({ found: 4, expected: 5 });
});
