import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newId, newSubmission } from "../src/api/submission";

const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("a new id", () => {
  it("is a UUID of version 4, with and without randomUUID", () => {
    const insecure = { getRandomValues: crypto.getRandomValues.bind(crypto) };
    const ids = [newId(), newId(insecure), newId(insecure)];
    for (const id of ids) expect(id).toMatch(UUID_4);
    expect(new Set(ids).size).toBe(3);
  });

  it("sets version and variant whatever the random bytes are", () => {
    const fixed = (byte: number) => ({
      getRandomValues: <T extends ArrayBufferView | null>(bytes: T): T => {
        if (bytes instanceof Uint8Array) bytes.fill(byte);
        return bytes;
      },
    });
    expect(newId(fixed(0xff))).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
    expect(newId(fixed(0x00))).toBe("00000000-0000-4000-8000-000000000000");
  });
});

describe("sending", () => {
  const network = vi.fn<(request: Request) => Promise<Response>>();

  beforeEach(() => {
    vi.resetModules();
    vi.stubGlobal("location", { origin: "http://station.test" });
    vi.stubGlobal("fetch", network);
  });

  afterEach(() => {
    network.mockReset();
    vi.unstubAllGlobals();
  });

  it("sends every photo beside its view", async () => {
    network.mockResolvedValue(Response.json({ id: "1" }, { status: 201 }));
    const { submit } = await import("../src/api/client");
    const shots = [
      { view: "top", photo: new Blob(["a"]) },
      { view: "underside", photo: new Blob(["bc"]) },
    ];
    const submission = newSubmission("daiso-tray", shots, "table-1");

    await submit(submission);

    const form = await network.mock.calls[0]![0].formData();
    expect(form.get("spec")).toBe("daiso-tray");
    expect(form.get("station")).toBe("table-1");
    expect(form.get("client_id")).toBe(submission.clientId);
    expect(form.getAll("views")).toEqual(["top", "underside"]);
    expect(form.getAll("photos").map((photo) => (photo as File).size)).toEqual([1, 2]);
  });

  it("uses the same id again after the network failed, so that nothing doubles", async () => {
    network.mockRejectedValueOnce(new TypeError("Failed to fetch"));
    network.mockResolvedValueOnce(Response.json({ id: "1" }, { status: 200 }));
    const { submit } = await import("../src/api/client");
    const submission = newSubmission("daiso-tray", [{ view: "top", photo: new Blob(["a"]) }]);

    await expect(submit(submission)).rejects.toMatchObject({ kind: "unreachable" });
    await expect(submit(submission)).resolves.toEqual({ id: "1" });

    expect((await network.mock.calls[0]![0].clone().formData()).has("station")).toBe(false);
    const forms = await Promise.all(network.mock.calls.map(([request]) => request.formData()));
    expect(forms.map((form) => form.get("client_id"))).toEqual([
      submission.clientId,
      submission.clientId,
    ]);
  });

  it("waits for somebody to sign in when the session is over, and sends the photo then", async () => {
    const problem = { code: "session-expired", detail: "The session is over.", fix: "Sign in." };
    network.mockResolvedValueOnce(Response.json(problem, { status: 401 }));
    network.mockResolvedValueOnce(Response.json({ id: "1" }, { status: 201 }));
    const { submit } = await import("../src/api/client");
    const { whenSignedOut } = await import("../src/api/waiting");
    let signIn: () => void = () => undefined;
    whenSignedOut(() => new Promise((resolve) => (signIn = resolve)));
    const submission = newSubmission("daiso-tray", [{ view: "top", photo: new Blob(["abc"]) }]);

    const answer = submit(submission);
    await vi.waitFor(() => expect(network).toHaveBeenCalledTimes(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(network).toHaveBeenCalledTimes(1);
    signIn();

    await expect(answer).resolves.toEqual({ id: "1" });
    const form = await network.mock.calls[1]![0].formData();
    expect(form.get("client_id")).toBe(submission.clientId);
    expect((form.get("photos") as File).size).toBe(3);
  });

  it("does not wait for a sign-in that cannot help", async () => {
    const problem = { code: "role-required", detail: "Not you.", fix: "Ask." };
    network.mockResolvedValueOnce(Response.json(problem, { status: 403 }));
    const { submit } = await import("../src/api/client");
    await expect(submit(newSubmission("a", []))).rejects.toMatchObject({ kind: "refused" });
  });

  it("gives another item another id", () => {
    expect(newSubmission("a", []).clientId).not.toBe(newSubmission("a", []).clientId);
  });
});
