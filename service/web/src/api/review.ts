/** What a lead asks the server for and tells it. Every function throws `Failure`. */

import { api, dataOf } from "./answer";
import type { components } from "./schema";
import { isOne, type Session } from "./session";

export type Case = Awaited<ReturnType<typeof fetchCase>>;
export type Queue = Awaited<ReturnType<typeof fetchQueue>>;
export type QueueItem = Queue["items"][number];
export type Quality = Awaited<ReturnType<typeof fetchQuality>>;
export type Claim = Awaited<ReturnType<typeof claim>>;
export type Defect = Case["defects"][number];
export type Correction = components["schemas"]["ReviewRequest"]["corrections"] extends
  | readonly (infer One)[]
  | undefined
  ? One
  : never;
export type Decision = components["schemas"]["ReviewRequest"];
export type Disposition = Decision["disposition"];
export type DefectClass = NonNullable<QueueItem["defect_class"]>;

export function reviews(state: Session | undefined): boolean {
  return isOne(state, "lead", "admin");
}

/** What waits for a review, worst first. */
export function fetchQueue(limit = 50) {
  return dataOf(() => api.GET("/v1/reviews", { params: { query: { limit } } }));
}

/** How often the machine was wrong, as far as people looked. */
export function fetchQuality() {
  return dataOf(() => api.GET("/v1/reviews/quality"));
}

export function fetchCase(inspectionId: string) {
  const path = { inspection_id: inspectionId };
  return dataOf(() => api.GET("/v1/reviews/{inspection_id}", { params: { path } }));
}

/** What was decided about items of the same product with the like findings, the most similar first. */
export async function fetchSimilar(inspectionId: string) {
  const path = { inspection_id: inspectionId };
  return (await dataOf(() => api.GET("/v1/reviews/{inspection_id}/similar", { params: { path } }))).items;
}

/** Keep others from this item; again to keep them longer. */
export function claim(inspectionId: string) {
  const path = { inspection_id: inspectionId };
  return dataOf(() => api.POST("/v1/reviews/{inspection_id}/claim", { params: { path } }));
}

/** Leave the item to others. It is left anyway some minutes later, so a failure says nothing. */
export function release(inspectionId: string): void {
  const path = { inspection_id: inspectionId };
  api
    .DELETE("/v1/reviews/{inspection_id}/claim", { params: { path }, keepalive: true })
    .catch(() => undefined);
}

export function decide(inspectionId: string, decision: Decision) {
  const path = { inspection_id: inspectionId };
  return dataOf(() =>
    api.POST("/v1/reviews/{inspection_id}", { params: { path }, body: decision }),
  );
}
