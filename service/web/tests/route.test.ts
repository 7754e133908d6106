import { describe, expect, it } from "vitest";
import { addressOf, parseRoute } from "../src/route";

describe("addresses", () => {
  it("lead back to the page that they were made for", () => {
    expect(parseRoute(addressOf.choose())).toEqual({ page: "choose" });
    expect(parseRoute(addressOf.capture("a b/c"))).toEqual({ page: "capture", specId: "a b/c" });
    expect(parseRoute(addressOf.answer("42"))).toEqual({ page: "answer", inspectionId: "42" });
  });

  it.each(["", "#", "#/"])("open the list of products for %j", (hash) => {
    expect(parseRoute(hash)).toEqual({ page: "choose" });
  });

  it.each(["#/nowhere", "#/specs", "#/specs/", "#/inspections/1/2"])("are unknown: %s", (hash) => {
    expect(parseRoute(hash)).toEqual({ page: "unknown" });
  });
});
