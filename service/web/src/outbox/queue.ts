/** The steps of an item through the queue; each is one transaction on the tablet's disk. */

import type { Inspection } from "../api/client";
import type { Failure } from "../api/failure";
import { newId, type Shot, type Submission } from "../api/submission";
import { digestOf } from "./digest";
import { type CaptureKey, sealOf } from "./seal";
import { type Item, store } from "./store";

/** An item at which the server itself failed so often lets the others go first. */
const STEPS_ASIDE_AFTER = 3;
/** Failures that may be this item's doing; a busy server or a full disk is not. */
const AT_THIS_ITEM = new Set(["internal-error", "receipt-wrong"]);

/** What is known when the last photo of an item was taken. */
export interface Taken {
  spec: string;
  product: Readonly<Record<string, string>>;
  station?: string | undefined;
  lotId?: string | undefined;
  unit?: number | undefined;
  reinspectionOf?: string | undefined;
  shots: readonly Shot[];
  /** Who took them; without a key whoever sends them is named. */
  person?: { name: string; key: CaptureKey | null } | undefined;
}

type NewItem = Omit<Item, "number">;

/** An item that is about to be kept. */
export interface Prepared {
  item: NewItem;
  contents: readonly { bytes: ArrayBuffer; type: string }[];
  submission: Submission;
}

/** Give photos their id, their digests and the seal of whoever took them. */
export async function prepare(taken: Taken): Promise<Prepared> {
  const { spec, product, station, lotId, unit, reinspectionOf, shots, person } = taken;
  const contents = await Promise.all(
    shots.map(async ({ photo }) => ({ bytes: await photo.arrayBuffer(), type: photo.type })),
  );
  const photos = await Promise.all(
    contents.map(async ({ bytes }, position) => ({
      view: shots[position]!.view,
      sha256: await digestOf(bytes),
      sizeBytes: bytes.byteLength,
    })),
  );
  const item = sealed(
    {
      clientId: newId(),
      spec,
      product,
      ...(station === undefined ? {} : { station }),
      ...(lotId === undefined ? {} : { lotId }),
      ...(unit === undefined ? {} : { unit }),
      ...(reinspectionOf === undefined ? {} : { reinspectionOf }),
      takenAt: new Date().toISOString(),
      photos,
      state: "waiting",
      failures: 0,
    },
    person,
  );
  return { item, contents, submission: submissionOf(item, shots) };
}

/** Put an item and its photos on the tablet's disk. Its number is returned once they are there. */
export function keep({ item, contents }: Prepared): Promise<number> {
  const { clientId } = item;
  return store.transaction("rw", store.items, store.photos, async () => {
    const rows = contents.map((content, position) => ({ clientId, position, ...content }));
    await store.photos.bulkAdd(rows);
    return store.items.add(item);
  });
}

/** The item to be sent next: the oldest, unless the server has failed at it again and again. */
export async function next(): Promise<Item | undefined> {
  const waiting = await store.items.where("state").equals("waiting").sortBy("number");
  return waiting.find(({ failures }) => failures < STEPS_ASIDE_AFTER) ?? waiting[0];
}

/** What is sent for an item; `undefined` where its photos are not there any more. */
export async function load(item: Item): Promise<Submission | undefined> {
  const kept = await store.photos.where("clientId").equals(item.clientId).sortBy("position");
  if (kept.length !== item.photos.length) return undefined;
  const shots = item.photos.map(({ view }, position) => {
    const { bytes, type } = kept[position]!;
    return { view, photo: new Blob([bytes], { type }) };
  });
  return submissionOf(item, shots);
}

/** The server has them on its disk: only now the tablet lets its photos go. */
export async function settle(item: Item, receipt: Inspection): Promise<void> {
  const { items, photos, readings } = store;
  await store.transaction("rw", items, photos, readings, async () => {
    await photos.where("clientId").equals(item.clientId).delete();
    await items.where("clientId").equals(item.clientId).modify((row) => {
      row.state = "answered";
      row.answer = { inspectionId: receipt.id, verdict: receipt.standing_verdict };
      delete row.problem;
    });
    // What was measured meanwhile can go as well.
    await readings.where("inspectionClientId").equals(item.clientId).modify((row) => {
      row.inspectionId = receipt.id;
    });
  });
}

/** Note why an item could not be sent; where sending it again cannot help, a person decides. */
export async function postpone(item: Item, failure: Failure): Promise<void> {
  const { kind, problem } = failure;
  await change(item.clientId, (row) => {
    if (row.state !== "waiting") return; // another tab was quicker
    row.problem = problem ? { kind, problem } : { kind };
    if (problem && AT_THIS_ITEM.has(problem.code)) row.failures += 1;
    if (kind === "refused") row.state = "refused";
  });
}

/** Send a refused item once more. */
export async function sendAgain(clientId: string): Promise<void> {
  await change(clientId, (row) => {
    row.state = "waiting";
    row.failures = 0;
    delete row.problem;
  });
}

/** Send a refused item in the name of whoever is signed in, who answers for it. */
export async function sendAs(clientId: string, person: Taken["person"]): Promise<void> {
  await change(clientId, (row) => {
    delete row.seal;
    Object.assign(row, sealed(row, person), { state: "waiting", failures: 0 });
    delete row.problem;
  });
}

/** Forget an item: its answer was seen, or a person gave its photos up. */
export async function remove(clientId: string): Promise<void> {
  await store.transaction("rw", store.items, store.photos, async () => {
    await store.photos.where("clientId").equals(clientId).delete();
    await store.items.where("clientId").equals(clientId).delete();
  });
}

export async function addThumbnail(clientId: string, thumbnail: ArrayBuffer): Promise<void> {
  await change(clientId, (row) => (row.thumbnail = thumbnail));
}

async function change(clientId: string, how: (row: Item) => void): Promise<void> {
  await store.items.where("clientId").equals(clientId).modify(how);
}

function sealed<T extends NewItem>(item: T, person: Taken["person"]): T {
  if (!person) return item;
  const named = { ...item, personName: person.name };
  return person.key ? { ...named, seal: sealOf(person.key, item) } : named;
}

function submissionOf(item: NewItem, shots: readonly Shot[]): Submission {
  const { clientId, spec, station, lotId, unit, reinspectionOf, seal, takenAt } = item;
  return { clientId, spec, station, lotId, unit, reinspectionOf, seal, takenAt, shots };
}
