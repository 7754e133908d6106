import { describe, expect, it } from "vitest";
import { addressOf, parseRoute } from "../src/route";

describe("addresses", () => {
  it("lead back to the page that they were made for", () => {
    expect(parseRoute(addressOf.manage())).toEqual({ page: "manage" });
    expect(parseRoute(addressOf.unsent())).toEqual({ page: "unsent" });
    expect(parseRoute(addressOf.choose())).toEqual({ page: "choose" });
    expect(parseRoute(addressOf.capture("a b/c"))).toEqual({ page: "capture", specId: "a b/c" });
    expect(parseRoute(addressOf.reworked("a b", "4/2"))).toEqual({
      page: "capture",
      specId: "a b",
      reworked: "4/2",
    });
    expect(parseRoute(addressOf.insight())).toEqual({ page: "insight" });
    expect(parseRoute(addressOf.queue())).toEqual({ page: "queue" });
    expect(parseRoute(addressOf.review("42"))).toEqual({ page: "review", inspectionId: "42" });
    expect(parseRoute(addressOf.answer("42"))).toEqual({ page: "answer", inspectionId: "42" });
  });

  it("of one-time codes lead to the page that uses them", () => {
    expect(parseRoute("#/welcome/7KQ4M-2XW9P")).toEqual({ page: "welcome", code: "7KQ4M-2XW9P" });
    expect(parseRoute("#/enrol/7KQ4M-2XW9P")).toEqual({ page: "enrol", code: "7KQ4M-2XW9P" });
    expect(parseRoute("#/verify/ab12")).toEqual({ page: "verify", hash: "ab12" });
    expect(parseRoute("#/verify")).toEqual({ page: "verify", hash: "" });
    expect(parseRoute(addressOf.enrol())).toEqual({ page: "enrol", code: "" });
  });

  it.each(["", "#", "#/"])("open the list of products for %j", (hash) => {
    expect(parseRoute(hash)).toEqual({ page: "choose" });
  });

  it.each(["#/nowhere", "#/welcome", "#/manage/1", "#/unsent/1", "#/spec", "#/spec/a", "#/spec/a/0", "#/spec/a/x", "#/spec/a/1/2", "#/inspections/1/2", "#/specs/a/reworked", "#/specs/a/reworked/1/2", "#/specs/a/b/1"])(
    "are unknown: %s",
    (hash) => {
      expect(parseRoute(hash)).toEqual({ page: "unknown" });
    },
  );
});
