/** Readings that wait on this tablet's disk: each is sent once its inspection has its receipt. */

import { type ReadingEntry, sendReading } from "../api/readings";
import type { Failure } from "../api/failure";
import { newId } from "../api/submission";
import type { Taken } from "./queue";
import { sealOfReading } from "./seal";
import { type KeptReading, store } from "./store";

/** After so many failures of the server itself a person decides. */
const GIVEN_UP_AFTER = 3;

/** What is known when a value was typed. */
export interface Read {
  /** The tablet's own id of the inspection, and the server's where it has answered. */
  inspectionClientId: string;
  inspectionId?: string | undefined;
  /** The product's name in every language. */
  product: Readonly<Record<string, string>>;
  entry: ReadingEntry;
  person?: Taken["person"];
}

type NewReading = Omit<KeptReading, "number">;

/** Give a reading its id, its time and the seal of whoever read it. */
export function prepareReading({ inspectionId, person, ...read }: Read): NewReading {
  const reading: NewReading = {
    ...read,
    clientId: newId(),
    ...(inspectionId === undefined ? {} : { inspectionId }),
    measuredAt: new Date().toISOString(),
    state: "waiting",
    failures: 0,
  };
  return sealed(reading, person);
}

/** Put a reading on the tablet's disk. */
export async function keepReading(reading: NewReading): Promise<void> {
  await store.readings.add(reading);
}

/** The oldest reading whose inspection the server has. */
export async function nextReading(): Promise<KeptReading | undefined> {
  const waiting = await store.readings.where("state").equals("waiting").sortBy("number");
  return waiting.find(({ inspectionId }) => inspectionId);
}

/** Send one reading; only what the server says it has is let go. */
export async function deliverReading(reading: NewReading): Promise<boolean> {
  const { clientId, inspectionId, entry, measuredAt, seal } = reading;
  const after = await sendReading(inspectionId!, {
    client_id: clientId,
    entry,
    ...(seal === undefined ? {} : { seal, measured_at: measuredAt }),
  });
  return after.readings.some(({ client_id }) => client_id === clientId);
}

export async function removeReading(clientId: string): Promise<void> {
  await store.readings.where("clientId").equals(clientId).delete();
}

/** Note why a reading could not be sent; where sending it again cannot help, a person decides. */
export async function postponeReading(clientId: string, failure: Failure): Promise<void> {
  const { kind, problem } = failure;
  await change(clientId, (row) => {
    row.problem = problem ? { kind, problem } : { kind };
    if (problem?.code === "internal-error" || problem?.code === "receipt-wrong") row.failures += 1;
    if (kind === "refused" || row.failures >= GIVEN_UP_AFTER) row.state = "refused";
  });
}

/** Send a refused reading once more, in the name of whoever is signed in if the seal was wrong. */
export async function sendReadingAgain(clientId: string, person?: Taken["person"]): Promise<void> {
  await change(clientId, (row) => {
    if (row.problem?.problem?.code === "seal-invalid") {
      delete row.seal;
      Object.assign(row, sealed(row, person));
    }
    Object.assign(row, { state: "waiting", failures: 0 });
    delete row.problem;
  });
}

async function change(clientId: string, how: (row: KeptReading) => void): Promise<void> {
  await store.readings.where("clientId").equals(clientId).modify(how);
}

function sealed<T extends NewReading>(reading: T, person: Taken["person"]): T {
  if (!person) return reading;
  const named = { ...reading, personName: person.name };
  return person.key ? { ...named, seal: sealOfReading(person.key, reading) } : named;
}
