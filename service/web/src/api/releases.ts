/** What an engineer asks the server for about detectors. Every function throws `Failure`. */

import { api, dataOf } from "./answer";
import { isOne, type Session } from "./session";

export type Releases = Awaited<ReturnType<typeof fetchReleases>>;
export type Release = Releases["items"][number];
export type Gate = Awaited<ReturnType<typeof fetchGate>>;
export type ShadowReport = Awaited<ReturnType<typeof fetchShadow>>;

export function seesReleases(state: Session | undefined): boolean {
  return isOne(state, "lead", "engineer", "admin");
}

export function choosesReleases(state: Session | undefined): boolean {
  return isOne(state, "engineer", "admin");
}

export function fetchReleases() {
  return dataOf(() => api.GET("/v1/releases"));
}

/** Whether a release may inspect, and what that rests on. */
export function fetchGate(reference: string) {
  return dataOf(() =>
    api.GET("/v1/releases/{reference}/gate", { params: { path: { reference } } }),
  );
}

/** What the release in shadow said so far. */
export function fetchShadow() {
  return dataOf(() => api.GET("/v1/releases/shadow"));
}

export function promote(reference: string, reason: string, override: boolean) {
  const body = { reference, reason, override, margin: null };
  return dataOf(() => api.POST("/v1/releases/promotions", { body }));
}

export function rollBack(reason: string) {
  return dataOf(() => api.POST("/v1/releases/rollbacks", { body: { reason } }));
}

/** Let a release judge the same photos unseen; none stops it. */
export function setShadow(reference: string | null, reason: string) {
  return dataOf(() => api.PUT("/v1/releases/shadow", { body: { reference, reason } }));
}
