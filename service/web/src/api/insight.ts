/** What leads and engineers ask the server for about many items. Every function throws `Failure`. */

import { api, dataOf } from "./answer";
import { isOne, type Session } from "./session";

export type Insight = Awaited<ReturnType<typeof fetchInsight>>;
export type ParetoBar = Insight["defects"][number];
export type ChartLine = NonNullable<Insight["weeks"]>;
export type Control = Awaited<ReturnType<typeof fetchControl>>;
export type Size = Insight["sizes"][number];

/** Which items count; what is not given does not narrow them down. */
export interface Scope {
  spec?: string;
  buyer?: string;
  group?: string;
  since?: string;
  until?: string;
}

export const TABLES = ["items", "measurements", "nonconformities"] as const;

export function seesInsight(state: Session | undefined): boolean {
  return isOne(state, "lead", "engineer", "admin");
}

export function fetchInsight(scope: Scope) {
  return dataOf(() => api.GET("/v1/insight", { params: { query: scope } }));
}

export function fetchControl(spec: string, size: Pick<Size, "name" | "part">, scope: Scope) {
  const query = { ...scope, name: size.name, part: size.part };
  const path = { spec_id: spec };
  return dataOf(() => api.GET("/v1/insight/control/{spec_id}", { params: { path, query } }));
}

/** The address of a table for a spreadsheet. */
export function tableAddress(table: (typeof TABLES)[number], scope: Scope): string {
  return `/v1/insight/export/${table}?${new URLSearchParams({ ...scope })}`;
}
