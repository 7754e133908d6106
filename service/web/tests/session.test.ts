import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Session } from "../src/api/session";

const memory = new Map<string, string>();
vi.stubGlobal("localStorage", {
  getItem: (key: string) => memory.get(key) ?? null,
  setItem: (key: string, value: string) => memory.set(key, value),
  removeItem: (key: string) => memory.delete(key),
});
// The sessions of earlier tests are other tabs, and must not answer.
vi.stubGlobal("BroadcastChannel", class {
  addEventListener() {}
  postMessage() {}
});

const api = vi.hoisted(() => ({ fetchSession: vi.fn(), signOut: vi.fn() }));
vi.mock("../src/api/session", () => api);

const someone = (name: string) => ({ person: { name } }) as unknown as Session;
const nobody = { person: null } as unknown as Session;

/** A request whose answer comes when the test says so. */
function held<T>() {
  let answer!: (value: T) => void;
  const request = new Promise<T>((resolve) => (answer = resolve));
  return { request, answer };
}

describe("who is there", () => {
  beforeEach(() => {
    memory.clear();
    vi.resetModules();
    vi.resetAllMocks();
  });

  it("is whoever signed in last, whatever was asked before", async () => {
    const { session } = await import("../src/session.svelte");
    const slow = held<Session>();
    api.fetchSession.mockReturnValueOnce(slow.request);
    const loaded = session.load();
    session.opened(someone("Ketut"));
    slow.answer(nobody);
    await loaded;
    expect(session.state?.person?.name).toBe("Ketut");
    expect(session.ended).toBe(false);
  });

  it("is not whoever left while the server was being asked", async () => {
    const { session } = await import("../src/session.svelte");
    session.opened(someone("Sari"));
    const slow = held<Session>();
    api.fetchSession.mockReturnValueOnce(slow.request).mockResolvedValue(nobody);
    api.signOut.mockResolvedValue(undefined);
    const loaded = session.load();
    await session.leave();
    slow.answer(someone("Sari"));
    await loaded;
    expect(session.state?.person).toBeNull();
  });

  it("is signed out once, so that whoever comes next stays", async () => {
    const { session } = await import("../src/session.svelte");
    const leaving = held<undefined>();
    api.signOut.mockReturnValue(leaving.request);
    api.fetchSession.mockResolvedValue(nobody);
    session.opened(someone("Sari"));
    const left = session.leave();
    const knocked = session.load();
    await new Promise((resolve) => setTimeout(resolve, 50)); // both have come to it
    leaving.answer(undefined);
    await Promise.all([left, knocked]);
    expect(api.signOut).toHaveBeenCalledTimes(1);
    expect(memory.size).toBe(0);
  });

  it("is told of again where the server did not hear it", async () => {
    const { Failure } = await import("../src/api/failure");
    const { session } = await import("../src/session.svelte");
    session.opened(someone("Sari"));
    api.signOut.mockRejectedValueOnce(new Failure("unreachable")).mockResolvedValue(undefined);
    api.fetchSession.mockResolvedValue(nobody);
    await session.leave();
    expect(session.failure?.kind).toBe("unreachable");
    await session.load();
    expect(api.signOut).toHaveBeenCalledTimes(2);
    expect(session.state?.person).toBeNull();
  });
});
