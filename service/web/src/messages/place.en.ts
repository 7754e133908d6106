import type { placeId } from "./place.id";

/** English, for the lot that an item belongs to. */
export const placeEn: typeof placeId = {
  lot: "Lot",
  none: "No lot",
  unit: (number: number) => `unit ${number}`,
  title: "Choose the lot",
  scan: "Scan or type the order number",
  unknown: "No open lot has this number.",
  number: "Number of the next unit (empty: counted by itself)",
  empty: "No lot of this item is open.",
  size: (units: number) => `${units} units`,
  reworked: "Take photos again after rework",
  isReworked: "Item after rework",
};
