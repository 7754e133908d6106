import "fake-indexeddb/auto";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";

/** A server of one endpoint that keeps what it is sent, as the real one does. */
class Server {
  readonly received: { clientId: string; text: string; form: FormData }[] = [];
  /** What is done with the next requests instead of answering them. */
  trouble: ((request: Request) => Promise<Response>)[] = [];

  /** Readings that were sent, by the inspection in their address. */
  readonly readings: { address: string; body: Record<string, unknown> }[] = [];

  fetch = async (request: Request): Promise<Response> => {
    if (request.url.endsWith("/readings")) return this.read(request);
    const form = await request.clone().formData();
    const trouble = this.trouble.shift();
    if (trouble) return trouble(request);
    const clientId = form.get("client_id") as string;
    const photos = form.getAll("photos") as File[];
    const views = form.getAll("views");
    const text = await photos[0]!.text();
    if (!this.received.some((one) => one.clientId === clientId)) {
      this.received.push({ clientId, text, form });
    }
    const receipts = await Promise.all(
      photos.map(async (photo, index) => ({
        view: views[index],
        sha256: await digestOf(await photo.arrayBuffer()),
      })),
    );
    const receipt = { id: `of-${clientId}`, client_id: clientId, standing_verdict: "fail", photos: receipts };
    return Response.json(receipt, { status: 201 });
  };

  async read(request: Request): Promise<Response> {
    const trouble = this.trouble.shift();
    if (trouble) return trouble(request);
    const body = (await request.json()) as Record<string, unknown>;
    this.readings.push({ address: new URL(request.url).pathname, body });
    return Response.json({ readings: [{ client_id: body["client_id"] }] }, { status: 201 });
  }
}

const enter = async (clientId: string, inspectionId?: string): Promise<string> => {
  const reading = prepareReading({
    inspectionClientId: clientId,
    inspectionId,
    product: { en: "Tray" },
    entry: { kind: "calliper", name: "length", part: 1, value_mm: 280.4 },
    person: sari,
  });
  await keepReading(reading);
  return reading.clientId;
};
const lose = (): Promise<Response> => Promise.reject(new TypeError("Failed to fetch"));
const refuse =
  (status: number, code: string) =>
  (): Promise<Response> =>
    Promise.resolve(Response.json({ code, detail: code, fix: "" }, { status }));

let server: Server;
vi.stubGlobal("location", { origin: "http://station.test" });
vi.stubGlobal("fetch", (request: Request) => server.fetch(request));
afterAll(() => vi.unstubAllGlobals());

const { digestOf } = await import("../src/outbox/digest");
const { keep, next, prepare, sendAgain, sendAs } = await import("../src/outbox/queue");
const { keepReading, prepareReading, sendReadingAgain } = await import("../src/outbox/readings");
const { pauseMs, Sender } = await import("../src/outbox/sender");
const { store } = await import("../src/outbox/store");
const { whenSignedOut } = await import("../src/api/waiting");

const key = { id: "11111111-2222-4333-8444-555555555555", secret: "ab".repeat(32) };
const sari = { name: "Sari", key };

async function take(text: string): Promise<string> {
  const prepared = await prepare({
    spec: "daiso-tray",
    product: { en: "Tray" },
    station: "table-1",
    shots: [{ view: "top", photo: new Blob([text], { type: "image/jpeg" }) }],
    person: sari,
  });
  await keep(prepared);
  return prepared.item.clientId;
}

const find = (clientId: string) => store.items.where("clientId").equals(clientId).first();
const states = async () => (await store.items.orderBy("number").toArray()).map((item) => item.state);

// One sender for all tests, as in a page; it sleeps until it is woken.
const sender = new Sender();
void sender.run();

beforeEach(async () => {
  server = new Server();
  await store.items.clear();
  await store.photos.clear();
  await store.readings.clear();
});

describe("the queue", () => {
  it("keeps what was taken, with digest and seal, before anything is sent", async () => {
    const item = await find(await take("first"));
    expect(item).toMatchObject({ state: "waiting", personName: "Sari", spec: "daiso-tray" });
    expect(item?.photos).toEqual([
      { view: "top", sha256: await digestOf(new TextEncoder().encode("first").buffer), sizeBytes: 5 },
    ]);
    expect(item?.seal).toMatch(new RegExp(`^${key.id}\\.[0-9a-f]{64}$`));
    expect(await store.photos.count()).toBe(1);
    expect(server.received).toEqual([]);
  });

  it("numbers items without using a number twice", async () => {
    const first = (await find(await take("a")))!.number;
    await store.items.clear();
    expect((await find(await take("b")))!.number).toBe(first + 1);
  });
});

describe("sending", () => {
  it("goes in order, and lets photos go only after their receipt", async () => {
    const ids = [await take("a"), await take("b"), await take("c")];
    sender.wake();
    await vi.waitFor(async () => expect(await states()).toEqual(Array(3).fill("answered")));
    expect(server.received.map(({ text }) => text)).toEqual(["a", "b", "c"]);
    expect(server.received.map(({ clientId }) => clientId)).toEqual(ids);
    expect(await store.photos.count()).toBe(0);
    expect((await find(ids[0]!))?.answer).toEqual({ inspectionId: `of-${ids[0]}`, verdict: "fail" });
    const { form } = server.received[0]!;
    expect([form.get("station"), form.get("seal"), form.get("taken_at")]).toEqual([
      "table-1",
      (await find(ids[0]!))?.seal,
      (await find(ids[0]!))?.takenAt,
    ]);
  });

  it("keeps photos whose answer was lost, and sends them again under the same id", async () => {
    const hear = async (request: Request) => {
      await server.fetch(request);
      return lose();
    };
    server.trouble = [hear];
    const id = await take("a");
    sender.wake();
    await vi.waitFor(async () => expect((await find(id))?.problem?.kind).toBe("unreachable"));
    expect(await store.photos.count()).toBe(1);
    sender.wake();
    await vi.waitFor(async () => expect((await find(id))?.state).toBe("answered"));
    expect(server.received.map(({ clientId }) => clientId)).toEqual([id]);
  });

  it.each([
    ["another photo", (answer: Record<string, unknown>) => ({
      ...answer,
      photos: [{ view: "top", sha256: "00".repeat(32) }],
    })],
    ["another item", (answer: Record<string, unknown>) => ({ ...answer, client_id: "other" })],
    ["a view too many", (answer: Record<string, unknown>) => ({
      ...answer,
      photos: [...(answer["photos"] as object[]), { view: "side", sha256: "00".repeat(32) }],
    })],
  ])("does not believe a receipt of %s", async (_, forge) => {
    const lie = async (request: Request) => {
      const answer = await server.fetch(request);
      return Response.json(forge(await answer.json()), { status: 201 });
    };
    server.trouble = [lie];
    const id = await take("a");
    sender.wake();
    await vi.waitFor(async () =>
      expect((await find(id))?.problem?.problem?.code).toBe("receipt-wrong"),
    );
    expect(await store.photos.count()).toBe(1);
    expect((await find(id))?.state).toBe("waiting");
  });

  it("sets aside what is refused and goes on with the others", async () => {
    server.trouble = [refuse(422, "photo-unreadable")];
    const [bad, good] = [await take("bad"), await take("good")];
    sender.wake();
    await vi.waitFor(async () => expect((await find(good))?.state).toBe("answered"));
    expect(await find(bad)).toMatchObject({ state: "refused" });
    expect(await store.photos.where("clientId").equals(bad).count()).toBe(1);
    await sendAgain(bad);
    sender.wake();
    await vi.waitFor(async () => expect((await find(bad))?.state).toBe("answered"));
  });

  it("is not held up by an item at which the server fails again and again", async () => {
    server.trouble = Array(3).fill(refuse(500, "internal-error"));
    const [poison, good] = [await take("poison"), await take("good")];
    for (let failures = 1; failures <= 3; failures += 1) {
      sender.wake();
      await vi.waitFor(async () => expect((await find(poison))?.failures).toBe(failures));
    }
    expect((await next())?.clientId).toBe(good);
    sender.wake();
    await vi.waitFor(async () => expect((await find(poison))?.state).toBe("answered"));
    expect(server.received.map(({ text }) => text)).toEqual(["good", "poison"]);
  });

  it("waits for somebody to sign in when the session is over, and loses nothing", async () => {
    let signIn: () => void = () => undefined;
    whenSignedOut(() => new Promise((resolve) => (signIn = resolve)));
    server.trouble = [refuse(401, "session-expired")];
    const ids = [await take("a"), await take("b")];
    sender.wake();
    await vi.waitFor(() => expect(server.trouble).toEqual([]));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await states()).toEqual(["waiting", "waiting"]);
    expect(server.received).toEqual([]);
    signIn();
    await vi.waitFor(async () => expect(await states()).toEqual(["answered", "answered"]));
    expect(server.received.map(({ clientId }) => clientId)).toEqual(ids);
  });

  it("puts another name under photos only where that person answers for them", async () => {
    server.trouble = [refuse(422, "seal-invalid")];
    const id = await take("a");
    sender.wake();
    await vi.waitFor(async () => expect((await find(id))?.state).toBe("refused"));
    const before = await find(id);
    await sendAs(id, { name: "Ketut", key: { ...key, secret: "cd".repeat(32) } });
    const after = await find(id);
    expect(after).toMatchObject({ personName: "Ketut", state: "waiting", takenAt: before?.takenAt });
    expect(after?.seal).not.toBe(before?.seal);
    sender.wake();
    await vi.waitFor(async () => expect((await find(id))?.state).toBe("answered"));
  });
});

describe("readings", () => {
  it("are sent after the receipt of their inspection, sealed by who read them", async () => {
    server.trouble = [lose];
    const item = await take("a");
    const id = await enter(item);
    sender.wake();
    await vi.waitFor(async () => expect((await find(item))?.problem?.kind).toBe("unreachable"));
    expect(server.readings).toEqual([]);
    sender.wake();
    await vi.waitFor(() => expect(server.readings).toHaveLength(1));
    expect(server.readings[0]!.address).toBe(`/v1/inspections/of-${item}/readings`);
    expect(server.readings[0]!.body).toMatchObject({
      client_id: id,
      entry: { kind: "calliper", name: "length", value_mm: 280.4 },
      seal: expect.stringMatching(`^${key.id}\\.[0-9a-f]{64}$`),
      measured_at: expect.stringMatching(/^\d{4}-/),
    });
    await vi.waitFor(async () => expect(await store.readings.count()).toBe(0));
  });

  it("stay on the tablet until the server has them, and a refused one until a person decides", async () => {
    server.trouble = [lose, refuse(422, "remeasurement-invalid")];
    const id = await enter("x", "known");
    sender.wake();
    await vi.waitFor(async () => expect((await store.readings.toArray())[0]?.problem).toBeDefined());
    sender.wake();
    await vi.waitFor(async () => expect((await store.readings.toArray())[0]?.state).toBe("refused"));
    await sendReadingAgain(id);
    sender.wake();
    await vi.waitFor(async () => expect(await store.readings.count()).toBe(0));
    expect(server.readings).toHaveLength(1);
  });

  it("do not hold up photos when the server fails at them again and again", async () => {
    server.trouble = Array(3).fill(refuse(500, "internal-error"));
    await enter("x", "known");
    for (let failures = 1; failures <= 3; failures += 1) {
      sender.wake();
      await vi.waitFor(async () =>
        expect((await store.readings.toArray())[0]?.failures).toBe(failures),
      );
    }
    const item = await take("a");
    sender.wake();
    await vi.waitFor(async () => expect((await find(item))?.state).toBe("answered"));
    expect((await store.readings.toArray())[0]?.state).toBe("refused");
  });
});

describe("the pause between attempts", () => {
  it("doubles up to half a minute, and differs between tablets", () => {
    expect([1, 2, 3, 4, 5, 6, 20].map((n) => pauseMs(n, 1))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
    expect(pauseMs(1, 0)).toBe(750);
  });
});
