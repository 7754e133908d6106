/**
 * Which page is shown. It lives in the address behind `#`, so that the tablet's back button works
 * and the server needs to know one address only.
 */

export type Route =
  | { page: "choose" }
  | { page: "capture"; specId: string }
  | { page: "answer"; inspectionId: string }
  | { page: "unknown" };

export function parseRoute(hash: string): Route {
  const [page, argument, ...rest] = hash.replace(/^#?\/?/, "").split("/");
  if (!page) return { page: "choose" };
  if (argument && rest.length === 0) {
    if (page === "specs") return { page: "capture", specId: decodeURIComponent(argument) };
    if (page === "inspections") return { page: "answer", inspectionId: decodeURIComponent(argument) };
  }
  return { page: "unknown" };
}

export const addressOf = {
  choose: () => "#/",
  capture: (specId: string) => `#/specs/${encodeURIComponent(specId)}`,
  answer: (inspectionId: string) => `#/inspections/${encodeURIComponent(inspectionId)}`,
};
