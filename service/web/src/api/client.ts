/** What the station asks the server for. Every function throws `Failure`. */

import { api, dataOf } from "./answer";
import type { Submission } from "./submission";

// The shapes of the answers, as the endpoints below give them.
export type Inspection = Awaited<ReturnType<typeof fetchInspection>>;
export type InspectionSummary = Awaited<ReturnType<typeof fetchLatest>>[number];
export type Measurement = Inspection["measurements"][number];
export type Reason = Inspection["reasons"][number];
export type Spec = Awaited<ReturnType<typeof fetchSpec>>;
export type SpecSummary = Awaited<ReturnType<typeof fetchSpecs>>[number];
export type Station = Awaited<ReturnType<typeof fetchStations>>[number];
export type Verdict = Inspection["verdict"];

/** The latest version of every spec. */
export async function fetchSpecs() {
  return (await dataOf(() => api.GET("/v1/specs"))).items;
}

export function fetchSpec(specId: string) {
  return dataOf(() => api.GET("/v1/specs/{spec_id}", { params: { path: { spec_id: specId } } }));
}

/** Every station with its mat and camera. */
export async function fetchStations() {
  return (await dataOf(() => api.GET("/v1/stations"))).items;
}

/** The latest inspections, newest first. */
export async function fetchLatest() {
  return (await dataOf(() => api.GET("/v1/inspections"))).items;
}

export function fetchInspection(inspectionId: string) {
  const path = { inspection_id: inspectionId };
  return dataOf(() => api.GET("/v1/inspections/{inspection_id}", { params: { path } }));
}

/** Send one item's photos. Sending the same submission again gives the first answer again. */
export function submit(submission: Submission): Promise<Inspection> {
  const { clientId, spec, station, shots } = submission;
  return dataOf(() =>
    api.POST("/v1/inspections", {
      body: {
        client_id: clientId,
        spec,
        ...(station === undefined ? {} : { station }),
        views: shots.map(({ view }) => view),
        photos: shots.map(({ photo }) => photo),
      },
      bodySerializer: formOf,
    }),
  );
}

/** A multipart form: lists become repeated fields. */
function formOf(fields: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) form.append(name, one);
  }
  return form;
}
