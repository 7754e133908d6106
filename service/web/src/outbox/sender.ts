/** Sends what waits, in order, one item at a time, by one tab at a time. */

import { Failure } from "../api/failure";
import { asksForSignIn, healed } from "../api/waiting";
import { deliver } from "./delivery";
import { load, next, postpone, settle } from "./queue";
import { deliverReading, nextReading, postponeReading, removeReading } from "./readings";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

const PHOTOS_GONE = {
  code: "photos-gone",
  detail: "The tablet's storage lost these photos.",
  fix: "Take the photos again.",
};

/** How long to wait after the n-th failure in a row: doubled each time, up to half a minute. */
export function pauseMs(failures: number, random: number = Math.random()): number {
  const doubled = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return doubled * (0.75 + random / 4); // so that ten tablets do not all come back at once
}

/**
 * Have one tab at a time do something. Browsers without Web Locks (plain http) do it at once:
 * sending twice gives the first answer twice.
 */
function alone<T>(act: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request("teliti.sender", act) : act();
}

const READING_NOT_KEPT = {
  code: "receipt-wrong",
  detail: "The answer does not hold the reading.",
  fix: "Call the QC lead.",
};

/** Send one reading, if one can go; says what failed, or whether something was sent. */
async function sendOneReading(): Promise<Failure | boolean> {
  const reading = await nextReading();
  if (!reading) return false;
  try {
    if (!(await deliverReading(reading))) throw new Failure("broken", READING_NOT_KEPT);
    await removeReading(reading.clientId);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    if (asksForSignIn(failure)) return failure;
    await postponeReading(reading.clientId, failure);
    if (failure.retriable) return failure;
  }
  return true;
}

/** Send until nothing waits or something fails; returns what failed. */
async function drain(): Promise<Failure | undefined> {
  for (;;) {
    const read = await sendOneReading();
    if (read instanceof Failure) return read;
    if (read) continue;
    const item = await next();
    if (!item) return undefined;
    const submission = await load(item);
    if (!submission) {
      await postpone(item, new Failure("refused", PHOTOS_GONE));
      continue;
    }
    try {
      await settle(item, await deliver(submission, item.photos));
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      if (asksForSignIn(failure)) return failure;
      await postpone(item, failure);
      if (failure.retriable) return failure;
    }
  }
}

export class Sender {
  #wake: (() => void) | undefined;
  #woken = false;

  /** Send for as long as the page is open. */
  async run(): Promise<never> {
    let failures = 0;
    for (;;) {
      let failure: Failure | undefined;
      try {
        failure = await alone(drain);
      } catch {
        failure = new Failure("broken"); // the tablet's own disk failed; nothing is deleted
      }
      if (failure && (await healed(failure))) continue;
      failures = failure ? failures + 1 : 0;
      await this.#pause(failure && (failure.retryAfterS ?? 0) * 1000 + pauseMs(failures));
    }
  }

  /** Try at once: something new waits, or the network is back. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Wait to be woken, or for `ms` at most. */
  async #pause(ms: number | undefined): Promise<void> {
    if (!this.#woken) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (ms !== undefined) timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
    }
    this.#woken = false;
  }
}
