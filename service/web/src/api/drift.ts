/** What leads and engineers ask the server for about change at the stations. Throws `Failure`. */

import { api, dataOf } from "./answer";

export type Place = Awaited<ReturnType<typeof fetchDrift>>[number];

export type Change = Place["changes"][number];

/** Every product at every station, those that alarm first. */
export async function fetchDrift() {
  return (await dataOf(() => api.GET("/v1/drift"))).places;
}
