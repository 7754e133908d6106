/** Sizes, angles and counts as lines of one table. */

import type { Inspection } from "./api/client";

type Shared = Pick<Inspection["measurements"][number], "name" | "label" | "decision">;

/** A value with its limits; the unit is written as it follows the number. */
export interface Quantity {
  value: number;
  u95: number;
  lower: number;
  upper: number;
  unit: string;
  defaultTolerance: boolean;
}

export interface Row extends Shared {
  /** Measured again by a person, beside what the photo says. */
  calliper?: true;
  part: number | null;
  quantity: Quantity | null;
  count: { found: number; expected: number } | null;
}

type Measured = Pick<Inspection, "measurements" | "angles" | "counts" | "calliper">;

export function rowsOf({ measurements, angles, counts, calliper }: Measured): Row[] {
  return [
    ...measurements.map((size) => ({
      ...size,
      quantity: {
        value: size.value_mm,
        u95: size.u95_mm,
        lower: size.lower_mm,
        upper: size.upper_mm,
        unit: " mm",
        defaultTolerance: size.default_tolerance,
      },
      count: null,
    })),
    ...angles.map((angle) => ({
      ...angle,
      quantity: {
        value: angle.value_deg,
        u95: angle.u95_deg,
        lower: angle.lower_deg,
        upper: angle.upper_deg,
        unit: "°",
        defaultTolerance: false,
      },
      count: null,
    })),
    ...calliper.map((size) => ({
      ...size,
      label: measurements.find(({ name }) => name === size.name)?.label ?? null,
      calliper: true as const,
      quantity: {
        value: size.value_mm,
        u95: size.u95_mm,
        lower: size.lower_mm,
        upper: size.upper_mm,
        unit: " mm",
        defaultTolerance: false,
      },
      count: null,
    })),
    ...counts.map((count) => ({ ...count, quantity: null, count })),
  ];
}
