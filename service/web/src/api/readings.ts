/** Readings beside an inspection, as the server takes them. Every function throws `Failure`. */

import { answerOf, api } from "./answer";
import type { Inspection } from "./client";
import type { components } from "./schema";

type Request = components["schemas"]["ReadingRequest"];
export type ReadingEntry = Request["entry"];
export type ReadingRecord = Inspection["readings"][number];
export type SizeToMeasure = Inspection["to_measure"][number];

/** Send a reading. Sending the same one again gives the inspection as it stands. */
export function sendReading(inspectionId: string, body: Request): Promise<Inspection> {
  const path = { inspection_id: inspectionId };
  return answerOf(() =>
    api.POST("/v1/inspections/{inspection_id}/readings", { params: { path }, body }),
  );
}
