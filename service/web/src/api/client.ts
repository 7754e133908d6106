/** What the station asks the server for. Every function throws `Failure`. */

import { answerOf, api, dataOf } from "./answer";
import { keptAnswer, orKept } from "./kept";
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
  return (await orKept("specs", () => dataOf(() => api.GET("/v1/specs")))).items;
}

export function fetchSpec(specId: string) {
  return orKept(`spec/${specId}`, () => dataOf(() => askForSpec(specId)));
}

function askForSpec(specId: string) {
  const path = { spec_id: specId };
  return api.GET("/v1/specs/{spec_id}", { params: { path } });
}

/**
 * Keep on the tablet what is needed to photograph any of these without the server.
 *
 * Nobody has asked for it: where the session is over it fails instead of asking to sign in.
 */
export async function prefetch(specs: readonly SpecSummary[]): Promise<void> {
  for (const { id, version } of specs) {
    const kept = await keptAnswer<Spec>(`spec/${id}`);
    if (kept?.version !== version) await orKept(`spec/${id}`, () => answerOf(() => askForSpec(id)));
  }
}

/** Every station with its mat and camera. */
export async function fetchStations() {
  return (await orKept("stations", () => dataOf(() => api.GET("/v1/stations")))).items;
}

/** The latest inspections, newest first. */
export async function fetchLatest() {
  return (await orKept("latest", () => dataOf(() => api.GET("/v1/inspections")))).items;
}

/** The latest inspection of a spec that passed; `undefined` where none did. */
export async function fetchPassed(spec: string) {
  const query = { spec, verdict: "pass", limit: 1 } as const;
  const ask = () => dataOf(() => api.GET("/v1/inspections", { params: { query } }));
  return (await orKept(`passed/${spec}`, ask)).items[0];
}

export function fetchInspection(inspectionId: string) {
  const path = { inspection_id: inspectionId };
  return dataOf(() => api.GET("/v1/inspections/{inspection_id}", { params: { path } }));
}

/** A Wi-Fi that neither works nor fails must not hold up for ever what waits behind. */
const LONGEST_UPLOAD_MS = 120_000;

/** Send one item's photos. Sending the same submission again gives the first answer again. */
export function submit(submission: Submission): Promise<Inspection> {
  const { clientId, spec, station, lotId, unit, reinspectionOf, takenAt, seal, shots } = submission;
  return answerOf(() =>
    api.POST("/v1/inspections", {
      body: {
        client_id: clientId,
        spec,
        ...(station === undefined ? {} : { station }),
        ...(lotId === undefined ? {} : { lot_id: lotId }),
        ...(unit === undefined ? {} : { unit }),
        ...(reinspectionOf === undefined ? {} : { reinspection_of: reinspectionOf }),
        ...(seal === undefined || takenAt === undefined ? {} : { seal, taken_at: takenAt }),
        views: shots.map(({ view }) => view),
        photos: shots.map(({ photo }) => photo),
      },
      bodySerializer: formOf,
      signal: AbortSignal.timeout(LONGEST_UPLOAD_MS),
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
