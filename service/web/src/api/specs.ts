/** What leads and engineers ask the server for about specs. Every function throws `Failure`. */

import { answerOf, api, dataOf } from "./answer";
import type { components } from "./schema";
import { isOne, type Session } from "./session";

export type SpecVersion = Awaited<ReturnType<typeof fetchSpecVersions>>[number];
export type WholeSpec = Awaited<ReturnType<typeof fetchSpecVersion>>;
export type Change = components["schemas"]["SpecChange"];
export type Offered = Awaited<ReturnType<typeof send>>;

export function seesSpecs(state: Session | undefined): boolean {
  return isOne(state, "lead", "engineer", "admin");
}

/** Every version of every spec: by id, newest first. */
export async function fetchSpecVersions(spec?: string) {
  const query = spec === undefined ? {} : { spec };
  return (await dataOf(() => api.GET("/v1/spec-versions", { params: { query } }))).items;
}

export function fetchSpecVersion(specId: string, version: number) {
  const params = { path: { spec_id: specId }, query: { version } };
  return dataOf(() => api.GET("/v1/specs/{spec_id}", { params }));
}

export function fetchChanges(specId: string, version: number, against: number) {
  const params = { path: { spec_id: specId, version }, query: { against } };
  return dataOf(() => api.GET("/v1/specs/{spec_id}/{version}/diff", { params }));
}

/** How a file becomes a version. */
export interface Offer {
  file: File;
  /** Empty: today. */
  effectiveOn: string;
  keepGolden: boolean;
}

/** Say what a file would change; nothing is stored. */
export function tryOut(file: File) {
  return send({ file, effectiveOn: "", keepGolden: false }, true);
}

export function store(offer: Offer) {
  return send(offer, false);
}

function send({ file, effectiveOn, keepGolden }: Offer, trial: boolean) {
  return dataOf(() =>
    api.POST("/v1/specs", {
      body: {
        file,
        ...(effectiveOn ? { effective_on: effectiveOn } : {}),
        keep_golden: keepGolden,
        trial,
      },
      bodySerializer: formOf,
    }),
  );
}

export function addGolden(specId: string, version: number, view: string, photo: Blob) {
  const path = { spec_id: specId, version, view };
  return answerOf(() =>
    api.POST("/v1/specs/{spec_id}/{version}/golden/{view}", {
      params: { path },
      body: { photo },
      bodySerializer: formOf,
    }),
  );
}

function formOf(fields: object): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    form.append(name, value instanceof Blob ? value : String(value));
  }
  return form;
}

export const TEMPLATE = "/v1/spec-template";

export function fileAddress(specId: string, version: number, format: "xlsx" | "yaml"): string {
  return `/v1/specs/${encodeURIComponent(specId)}/${version}/file?format=${format}`;
}
