import type { driftId } from "./drift.id";

/** English, for whoever sees to it that the stations still see alike. */
export const driftEn: typeof driftId = {
  title: "Change at the stations",
  hint: "The newest inspections against those before. A change is not yet worse: look first.",
  empty: "Nothing was inspected at a station yet.",
  changed: "Changed",
  steady: "Steady",
  few: "Too few inspections to compare.",
  compared: (recent: string, before: string) => `newest ${recent} against ${before} before`,
  feature: "What is compared",
  usual: "Usually",
  recent: "Now",
  distance: "Distance of distributions (0–1)",
  chance: "Probability of chance",
  spreadHint:
    "The thick bar holds the middle half of the inspections, the thin line 90 % of them; the mark is the median.",
  spreadOf: (when: string, low: string, middle: string, high: string) =>
    `${when}: median ${middle}, 90 % between ${low} and ${high}`,
  features: {
    detector: "Score of the detector",
    normality: "Score of the memory",
    distance: "Camera's distance, mm",
    tilt: "Camera's tilt, °",
    "mat-residual": "Fit of the mat, px",
  },
};
