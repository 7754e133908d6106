/** Numbers typed on a keypad. */

/** What a keypad takes: digits in all, and how many of them after the decimal sign. */
export interface Form {
  digits: number;
  decimals: number;
}

/** Type one more key, a digit or `.`; what does not fit the form changes nothing. */
export function type(typed: string, key: string, { digits, decimals }: Form): string {
  const [, fraction] = typed.split(".");
  if (key === ".") {
    if (decimals === 0 || fraction !== undefined) return typed;
    return typed === "" ? "0." : `${typed}.`;
  }
  if (fraction !== undefined && fraction.length >= decimals) return typed;
  if (typed.replace(".", "").length >= digits) return typed;
  return typed === "0" && decimals > 0 ? key : typed + key;
}

/** Whether a value is so far from what is expected that its decimal sign may be wrong. */
export function isOdd(value: number, expected: number): boolean {
  return Math.abs(value - expected) > Math.max(2, 0.1 * expected);
}
