import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Failure } from "../src/api/failure";
import { forgetAnswer, keepAnswer, keptAnswer, orKept } from "../src/api/kept";

describe("what the tablet keeps of the server's answers", () => {
  beforeEach(() => keepAnswer("specs", ["old"]));
  afterEach(() => {
    vi.useRealTimers();
    return forgetAnswer("specs");
  });

  it("gives way to a new answer", async () => {
    expect(await orKept("specs", async () => ["new"])).toEqual(["new"]);
    await vi.waitFor(async () => expect(await keptAnswer("specs")).toEqual(["new"]));
  });

  it("stands in for a server that cannot be reached, and for nothing else", async () => {
    const failing = (failure: Failure) => orKept("specs", () => Promise.reject(failure));
    expect(await failing(new Failure("unreachable"))).toEqual(["old"]);
    await expect(failing(new Failure("broken"))).rejects.toMatchObject({ kind: "broken" });
    await expect(failing(new Failure("refused"))).rejects.toMatchObject({ kind: "refused" });
    await forgetAnswer("specs");
    await expect(failing(new Failure("unreachable"))).rejects.toMatchObject({ kind: "unreachable" });
  });

  it("stands in where the Wi-Fi neither works nor fails", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const answer = orKept("specs", () => new Promise<string[]>(() => undefined));
    while (vi.getTimerCount() === 0) await keptAnswer("specs"); // until it has begun to wait
    vi.advanceTimersByTime(4000);
    expect(await answer).toEqual(["old"]);
  });
});
