import { expect, it } from "vitest";
import { gaugeMarks, LOWER_AT, UPPER_AT } from "../src/gauge";

it("puts values on the limits onto the ends of the band", () => {
  expect(gaugeMarks(198, 0, 198, 202).value).toBeCloseTo(LOWER_AT);
  expect(gaugeMarks(202, 0, 198, 202).value).toBeCloseTo(UPPER_AT);
  expect(gaugeMarks(200, 0, 198, 202).value).toBeCloseTo(0.5);
});

it("spreads by U95 to both sides, in the scale of the limits", () => {
  const { from, value, to } = gaugeMarks(200, 2, 198, 202);
  expect([from, value, to]).toEqual([LOWER_AT, 0.5, UPPER_AT].map((at) => expect.closeTo(at)));
});

it("keeps a value that is far outside at the end of the scale", () => {
  expect(gaugeMarks(500, 1, 198, 202)).toEqual({ from: 1, value: 1, to: 1 });
  expect(gaugeMarks(10, 1, 198, 202)).toEqual({ from: 0, value: 0, to: 0 });
});
