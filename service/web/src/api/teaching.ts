/** What an engineer asks the server for when teaching a product. Every function throws `Failure`. */

import { api, dataOf } from "./answer";
import { patiently } from "./patience";
import { isOne, type Session } from "./session";

export type Teaching = Awaited<ReturnType<typeof fetchTeaching>>;
export type Learning = NonNullable<Teaching["learning"]>;
export type Memory = Teaching["memories"][number];
export type TeachingPhoto = Learning["request"]["photos"][number];

export function teaches(state: Session | undefined): boolean {
  return isOne(state, "engineer", "admin");
}

function of(spec: string) {
  return { path: { spec_id: spec } };
}

export function fetchTeaching(spec: string) {
  return dataOf(() => api.GET("/v1/specs/{spec_id}/teaching", { params: of(spec) }));
}

/** Photos of inspected items that stand as good, newest first. */
export async function fetchGood(spec: string, view: string) {
  const params = { ...of(spec), query: { view } };
  return (await dataOf(() => api.GET("/v1/specs/{spec_id}/teaching/good", { params }))).items;
}

/** Inspections go first: a photo waits for as long as the server has no room for it. */
export function sendPhoto(spec: string, photo: Blob, name: string): Promise<TeachingPhoto> {
  return patiently(() =>
    dataOf(() =>
      api.POST("/v1/specs/{spec_id}/teaching/photos", {
        params: of(spec),
        body: { photo },
        bodySerializer: () => {
          const form = new FormData();
          form.append("photo", photo, name);
          return form;
        },
      }),
    ),
  );
}

export function photoAddress(spec: string, sha256: string): string {
  return `/v1/specs/${encodeURIComponent(spec)}/teaching/photos/${sha256}`;
}

export function startLearning(spec: string, request: Learning["request"]) {
  return dataOf(() =>
    api.POST("/v1/specs/{spec_id}/teaching/learning", { params: of(spec), body: request }),
  );
}

/** Let a memory count from the next inspection on; none where `reference` is null. */
export function chooseMemory(spec: string, view: string, reference: string | null) {
  const body = { view, reference };
  return dataOf(() => api.PUT("/v1/specs/{spec_id}/teaching/memory", { params: of(spec), body }));
}
