/** Answers that the tablet keeps, so that work goes on while the server cannot be reached. */

import { store } from "../outbox/store";
import { Failure } from "./failure";

/** On a Wi-Fi that neither works nor says so, the kept answer is shown after this time. */
const PATIENCE_MS = 4000;

/**
 * Ask the server; where it cannot be reached, give what it said last.
 *
 * @throws {Failure} of any other kind, and where nothing was kept.
 */
export async function orKept<T>(key: string, ask: () => Promise<T>): Promise<T> {
  const asked = ask().then((answer) => {
    void keepAnswer(key, answer);
    return answer;
  });
  asked.catch(() => undefined); // looked at below, after the kept answer was
  const kept = await keptAnswer<T>(key);
  if (kept === undefined) return asked;
  const impatient = new Promise<T>((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS));
  const patient = asked.catch((failure: unknown) => {
    if (failure instanceof Failure && failure.kind === "unreachable") return kept;
    throw failure;
  });
  return Promise.race([patient, impatient]);
}

/** What was kept under a key; `undefined` where there is nothing, or storage is refused. */
export async function keptAnswer<T>(key: string): Promise<T | undefined> {
  try {
    return (await store.answers.get(key))?.answer as T | undefined;
  } catch {
    return undefined;
  }
}

/** Keep an answer; a tablet that cannot keep it works all the same while the server is there. */
export async function keepAnswer(key: string, answer: unknown): Promise<void> {
  await store.answers.put({ key, answer }).catch(() => undefined);
}

export async function forgetAnswer(key: string): Promise<void> {
  await store.answers.delete(key).catch(() => undefined);
}
