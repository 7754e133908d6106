/**
 * Which page is shown. It lives in the address behind `#`, so that the tablet's back button works
 * and the server needs to know one address only.
 */

export type Route =
  | { page: "choose" }
  | { page: "capture"; specId: string; reworked?: string }
  | { page: "answer"; inspectionId: string }
  | { page: "manage" }
  | { page: "queue" }
  | { page: "review"; inspectionId: string }
  | { page: "lots" }
  | { page: "releases" }
  | { page: "specs" }
  | { page: "spec"; specId: string; version: number }
  | { page: "teach"; specId: string }
  | { page: "insight" }
  | { page: "drift" }
  | { page: "datasets" }
  | { page: "lot"; lotId: string }
  | { page: "unsent" }
  | { page: "welcome"; code: string }
  | { page: "enrol"; code: string }
  | { page: "verify"; hash: string }
  | { page: "unknown" };

export function parseRoute(hash: string): Route {
  const [page, argument, ...rest] = hash.replace(/^#?\/?/, "").split("/");
  if (!page) return { page: "choose" };
  if ((page === "manage" || page === "unsent") && !argument) return { page };
  const desks = ["lots", "releases", "specs", "insight", "drift", "datasets"] as const;
  const desk = desks.find((one) => one === page);
  if (desk && !argument) return { page: desk };
  if (page === "review" && !argument) return { page: "queue" };
  if (page === "enrol" && !argument) return { page: "enrol", code: "" };
  if (page === "verify" && !argument) return { page, hash: "" };
  const [step, of, ...more] = rest;
  if (page === "specs" && argument && step === "reworked" && of && more.length === 0) {
    const specId = decodeURIComponent(argument);
    return { page: "capture", specId, reworked: decodeURIComponent(of) };
  }
  if (page === "spec" && argument && /^[1-9]\d*$/.test(step ?? "") && rest.length === 1) {
    return { page, specId: decodeURIComponent(argument), version: Number(step) };
  }
  if (argument && rest.length === 0) {
    if (page === "welcome" || page === "enrol") return { page, code: decodeURIComponent(argument) };
    if (page === "verify") return { page, hash: decodeURIComponent(argument) };
    if (page === "specs") return { page: "capture", specId: decodeURIComponent(argument) };
    if (page === "teach") return { page, specId: decodeURIComponent(argument) };
    if (page === "lots") return { page: "lot", lotId: decodeURIComponent(argument) };
    if (page === "review") return { page, inspectionId: decodeURIComponent(argument) };
    if (page === "inspections") return { page: "answer", inspectionId: decodeURIComponent(argument) };
  }
  return { page: "unknown" };
}

export const addressOf = {
  choose: () => "#/",
  enrol: () => "#/enrol",
  manage: () => "#/manage",
  queue: () => "#/review",
  review: (inspectionId: string) => `#/review/${encodeURIComponent(inspectionId)}`,
  lots: () => "#/lots",
  lot: (lotId: string) => `#/lots/${encodeURIComponent(lotId)}`,
  releases: () => "#/releases",
  specs: () => "#/specs",
  spec: (specId: string, version: number) => `#/spec/${encodeURIComponent(specId)}/${version}`,
  teach: (specId: string) => `#/teach/${encodeURIComponent(specId)}`,
  insight: () => "#/insight",
  drift: () => "#/drift",
  datasets: () => "#/datasets",
  unsent: () => "#/unsent",
  capture: (specId: string) => `#/specs/${encodeURIComponent(specId)}`,
  /** The item of an inspection again, after its rework. */
  reworked: (specId: string, inspectionId: string) =>
    `#/specs/${encodeURIComponent(specId)}/reworked/${encodeURIComponent(inspectionId)}`,
  answer: (inspectionId: string) => `#/inspections/${encodeURIComponent(inspectionId)}`,
};
