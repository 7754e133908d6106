/** What to do where the server has no room just now, and says when to ask again. */

import { Failure } from "./failure";

const MOST_TRIES = 30;

/** How a while is waited; another in tests. */
type Wait = (ms: number) => Promise<void>;
const wait: Wait = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Send, and send again for as long as the server asks for patience.
 *
 * @throws {Failure} of another kind, or when the server has had no room that many times.
 */
export async function patiently<T>(send: () => Promise<T>, pause: Wait = wait): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (failure) {
      const seconds = failure instanceof Failure ? failure.retryAfterS : undefined;
      if (seconds === undefined || tries === MOST_TRIES) throw failure;
      await pause(1000 * seconds);
    }
  }
}
