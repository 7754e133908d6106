import { describe, expect, it } from "vitest";
import { explain, Failure, failureOf } from "../src/api/failure";
import { en } from "../src/messages/en";
import { id } from "../src/messages/id";

const problem = (code: string) => ({ code, detail: "It said so.", fix: "Do this." });

describe("a failure", () => {
  it.each([
    [422, "refused", false],
    [413, "refused", false],
    [429, "broken", true],
    [500, "broken", true],
    [503, "broken", true],
  ])("with status %i is %s", (status, kind, retriable) => {
    const failure = failureOf(status, problem("any"));
    expect(failure).toMatchObject({ kind, retriable });
  });

  it("knows how long to wait where the server says so", () => {
    expect(failureOf(429, problem("locked-out"), "90").retryAfterS).toBe(90);
    expect(failureOf(429, problem("locked-out"), null).retryAfterS).toBeUndefined();
  });

  it("survives an answer that is no problem document", () => {
    expect(failureOf(502, "<html>Bad gateway</html>").problem).toBeUndefined();
    expect(failureOf(502, null).problem).toBeUndefined();
  });
});

describe("the explanation", () => {
  it("tells a packer in the language of the page, and keeps the server's words", () => {
    const failure = failureOf(422, problem("photo-unreadable"));
    expect(explain(failure, id)).toEqual({
      ...id.problems["photo-unreadable"],
      serverSaid: "It said so.",
    });
  });

  it("passes on what the server says of a problem that has no sentence here", () => {
    const failure = failureOf(409, problem("never-heard-of"));
    expect(explain(failure, id)).toEqual({ title: "It said so.", fix: "Do this." });
  });

  it("names the network where no answer came, the server where it broke", () => {
    expect(explain(new Failure("unreachable"), en)).toEqual(en.unreachable);
    expect(explain(failureOf(502, null), en)).toEqual(en.broken);
    expect(explain(failureOf(404, null), en)).toEqual(en.refused);
  });
});
