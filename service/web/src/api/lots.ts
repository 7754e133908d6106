/** What a lead asks the server for about lots and their reports. Every function throws `Failure`. */

import { answerOf, api, dataOf } from "./answer";
import type { Lot as PlaceableLot } from "../lot.svelte";
import { orKept } from "./kept";
import type { components } from "./schema";
import { isOne, type Session } from "./session";

export type Lot = Awaited<ReturnType<typeof fetchLot>>;
export type LotSummary = Awaited<ReturnType<typeof fetchLots>>["items"][number];
export type LotPlan = Lot["plan"];
export type LotState = Lot["state"];
export type LotUnit = Lot["units"][number];
export type LotRequest = components["schemas"]["LotRequest"];
export type LotEventKind = components["schemas"]["LotEventKind"];
export type Level = components["schemas"]["InspectionLevel"];
export type Sampling = components["schemas"]["Sampling"];
export type DecisionOutcome = components["schemas"]["DecisionOutcome"];
export type Characteristic = Awaited<ReturnType<typeof fetchCharacteristic>>;
export type Statement = components["schemas"]["Statement"];
export type Report = Awaited<ReturnType<typeof fetchReports>>["items"][number];
export type ReportLanguage = Report["language"];

export function decidesLots(state: Session | undefined): boolean {
  return isOne(state, "lead", "admin");
}

export function fetchLots(cursor?: string) {
  return dataOf(() => api.GET("/v1/lots", { params: { query: cursor ? { cursor } : {} } }));
}

export function fetchLot(lotId: string) {
  return dataOf(() => api.GET("/v1/lots/{lot_id}", { params: { path: { lot_id: lotId } } }));
}

export function fetchCharacteristic(lotId: string) {
  const path = { lot_id: lotId };
  return dataOf(() => api.GET("/v1/lots/{lot_id}/characteristic", { params: { path } }));
}

/** The plan that a lot would have; asked while somebody still types, so nobody waits for it. */
export function previewPlan(request: components["schemas"]["PlanRequest"]) {
  return answerOf(() => api.POST("/v1/lots/plan", { body: request }));
}

export function offerLot(request: LotRequest) {
  return dataOf(() => api.POST("/v1/lots", { body: request }));
}

export function addEvent(lotId: string, kind: LotEventKind, reason: string) {
  const path = { lot_id: lotId };
  return dataOf(() =>
    api.POST("/v1/lots/{lot_id}/events", { params: { path }, body: { kind, reason } }),
  );
}

export function decideLot(lotId: string, outcome: DecisionOutcome, reason: string) {
  const path = { lot_id: lotId };
  return dataOf(() =>
    api.POST("/v1/lots/{lot_id}/decision", { params: { path }, body: { outcome, reason } }),
  );
}

export function fetchReports(lotId: string) {
  return dataOf(() => api.GET("/v1/reports", { params: { query: { lot_id: lotId } } }));
}

export function signReport(
  lotId: string,
  clientId: string,
  language: ReportLanguage | null,
  statements: Statement[],
) {
  const path = { lot_id: lotId };
  const body = { client_id: clientId, language, statements };
  return dataOf(() => api.POST("/v1/lots/{lot_id}/reports", { params: { path }, body }));
}

/** Where the draft of a lot's report is. */
export function draftAddress(lotId: string): string {
  return `/v1/lots/${lotId}/report`;
}

const MOST_OPEN = 100;

/** Undecided lots of a spec, newest first; as the server said last, where it cannot be reached. */
export async function fetchOpenLots(spec: string): Promise<PlaceableLot[]> {
  const query = { spec, decided: false, limit: MOST_OPEN };
  const ask = () => dataOf(() => api.GET("/v1/lots", { params: { query } }));
  const { items } = await orKept(`lots/${spec}`, ask);
  return items.map(({ id, order_number: orderNumber, size }) => ({ id, orderNumber, size }));
}
