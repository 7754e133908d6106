/** Asking whether a report was signed here; anybody may. Throws `Failure`. */

import { answerOf, api } from "./answer";

export type Confirmation = Awaited<ReturnType<typeof confirm>>;

/** What the service confirms of the report whose content or file has this SHA-256. */
export function confirm(sha256: string) {
  return answerOf(() => api.GET("/v1/verify/{sha256}", { params: { path: { sha256 } } }));
}
