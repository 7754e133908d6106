/** Where a value and its uncertainty stand on a scale that shows both limits. */

export interface GaugeMarks {
  /** Left and right end of the interval `value ± U95`, and the value, in 0…1 of the scale. */
  from: number;
  value: number;
  to: number;
}

/** The limits stand at these shares of the scale, which leaves room for values outside them. */
export const LOWER_AT = 0.2;
export const UPPER_AT = 0.8;

/** Place a value on the scale; what lies beyond the scale sticks to its end. */
export function gaugeMarks(
  value: number,
  u95: number,
  lower: number,
  upper: number,
): GaugeMarks {
  const place = (at: number): number => {
    const share = LOWER_AT + ((at - lower) / (upper - lower)) * (UPPER_AT - LOWER_AT);
    return Math.min(1, Math.max(0, share));
  };
  return { from: place(value - u95), value: place(value), to: place(value + u95) };
}
