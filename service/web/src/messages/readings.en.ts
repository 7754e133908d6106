import type { readingsId } from "./readings.id";

/** English, for what packers measure by hand. */
export const readingsEn: typeof readingsId = {
  title: "Measured by hand",
  measure: (name: string) => `Measure ${name}`,
  byCalliper: "calliper",
  start: "Measure with the calliper",
  save: "Save",
  yesRight: "Yes, it is right",
  decimalSign: "point",
  odd: (typed: string, expected: string) => `${typed} mm? About ${expected} mm is expected. Is it right?`,
  titles: {
    moisture: "Moisture of the wood",
    pieces: "Number of pieces",
    barcode: "Number of the barcode",
  },
  hints: {
    moisture: "Put the moisture meter on the item. Type its number.",
    pieces: "Count the pieces in this pack. Type the number.",
    barcode: "Type the digits below the bars of the barcode.",
  },
  kinds: {
    calliper: "calliper",
    moisture: "Moisture",
    pieces: "Pieces",
    barcode: "Barcode",
  },
  unread: "not readable",
  fromPhoto: "from the photo",
  kept: "The reading is kept on the tablet. There is no answer yet: do not pack.",
  waits: (value: string) => `Reading ${value}`,
  give: "Delete the reading",
};
