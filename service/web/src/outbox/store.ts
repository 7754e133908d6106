/** What the tablet keeps on its own disk: photos that wait, and what it needs without the server. */

import { Dexie, type Table } from "dexie";
import { Failure, type FailureKind, type Problem } from "../api/failure";
import type { Verdict } from "../api/client";
import type { ReadingEntry } from "../api/readings";

/** One photo's name and identity; its bytes lie in a table of their own. */
export interface KeptPhoto {
  view: string;
  sha256: string;
  sizeBytes: number;
}

/**
 * `waiting`: not sent yet. `refused`: the server will not take it as it is; a person decides.
 * `answered`: the server has it on its disk; nobody has looked at the answer yet.
 */
export type ItemState = "waiting" | "refused" | "answered";

/** One item's photos, from the shutter until somebody has seen the answer. */
export interface Item {
  /** Counts the items that this tablet ever took; written on the shelf where one has to wait. */
  number: number;
  readonly clientId: string;
  readonly spec: string;
  /** The product's name in every language, to be shown while the server is away. */
  readonly product: Readonly<Record<string, string>>;
  readonly station?: string;
  readonly lotId?: string;
  readonly unit?: number;
  readonly reinspectionOf?: string;
  /** ISO 8601, by the tablet's clock. */
  readonly takenAt: string;
  readonly photos: readonly KeptPhoto[];
  /** Who took it, for people to read; to the server the seal proves it. */
  personName?: string;
  seal?: string;
  /** A small JPEG. */
  thumbnail?: ArrayBuffer;
  state: ItemState;
  /** How often the server had it and failed. */
  failures: number;
  /** Why it was not sent yet or was refused. */
  problem?: { kind: FailureKind; problem?: Problem };
  answer?: { inspectionId: string; verdict: Verdict };
}

/** A value that somebody typed, until the server has it. */
export interface KeptReading {
  number: number;
  readonly clientId: string;
  readonly inspectionClientId: string;
  /** Known once the server has the inspection; only then it can be sent. */
  inspectionId?: string;
  readonly product: Readonly<Record<string, string>>;
  readonly entry: ReadingEntry;
  /** ISO 8601, by the tablet's clock. */
  readonly measuredAt: string;
  personName?: string;
  seal?: string;
  state: "waiting" | "refused";
  failures: number;
  problem?: { kind: FailureKind; problem?: Problem };
}

interface PhotoBytes {
  clientId: string;
  position: number;
  bytes: ArrayBuffer;
  type: string;
}

interface KeptAnswer {
  key: string;
  answer: unknown;
}

class Store extends Dexie {
  declare items: Table<Item, number, Omit<Item, "number">>;
  declare photos: Table<PhotoBytes, [string, number]>;
  declare answers: Table<KeptAnswer, string>;
  declare readings: Table<KeptReading, number, Omit<KeptReading, "number">>;

  constructor() {
    // Strict: a photo counts as kept when it is on the disk, not in the browser's buffers.
    super("teliti", { chromeTransactionDurability: "strict" });
    this.version(1).stores({
      items: "++number,&clientId,state",
      photos: "[clientId+position],clientId",
      answers: "key",
    });
    this.version(2).stores({ readings: "++number,&clientId,inspectionClientId,state" });
  }
}

export const store = new Store();

/** Why an item was not sent yet or was refused. */
export function failureIn({ problem }: Pick<Item, "problem">): Failure | undefined {
  return problem && new Failure(problem.kind, problem.problem);
}
