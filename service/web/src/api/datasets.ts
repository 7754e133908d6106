/** What engineers ask the server for about data and training. Every function throws `Failure`. */

import { api, dataOf } from "./answer";
import { isOne, type Session } from "./session";

export type Report = Awaited<ReturnType<typeof fetchDatasets>>;
export type Snapshot = Report["snapshots"][number];
export type Run = Report["runs"][number];
export type SplitBy = Snapshot["split_by"];

export function trains(state: Session | undefined): boolean {
  return isOne(state, "engineer", "admin");
}

export function fetchDatasets() {
  return dataOf(() => api.GET("/v1/datasets"));
}

/** Everything that leads said until now, as data that never changes. */
export function makeSnapshot(splitBy: SplitBy) {
  return dataOf(() => api.POST("/v1/datasets/snapshots", { body: { split_by: splitBy } }));
}
