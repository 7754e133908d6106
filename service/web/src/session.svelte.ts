/** Who is signed in in this browser, and on which tablet. */

import { Failure } from "./api/failure";
import { type Session, fetchSession, signOut } from "./api/session";
import { whenSignedOut } from "./api/waiting";
import { station } from "./station.svelte";

class CurrentSession {
  state = $state.raw<Session>();
  failure = $state.raw<Failure>();
  /** Said above the sign-in, where a session ended by itself. */
  ended = $state(false);
  #waiting: (() => void)[] = [];

  constructor() {
    whenSignedOut(() => this.#comeBack());
  }

  /** Ask the server who is there. */
  async load(): Promise<void> {
    this.failure = undefined;
    try {
      this.#take(await fetchSession());
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.failure = failure;
    }
  }

  /** Somebody has signed in: every request that had to wait goes on. */
  opened(state: Session): void {
    this.#take(state);
    this.ended = false;
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  /** The next person takes over; what the page holds stays. */
  async leave(): Promise<void> {
    this.state = undefined;
    await signOut().catch(() => undefined); // a server that cannot be reached is said by `load`
    await this.load();
  }

  #take(state: Session): void {
    this.state = state;
    if (!station.id && state.tablet?.station) station.choose(state.tablet.station);
  }

  /** Wait for somebody to sign in, because the server knows nobody here any more. */
  #comeBack(): Promise<void> {
    this.ended = true;
    void this.load();
    return new Promise((goOn) => this.#waiting.push(goOn));
  }
}

export const session = new CurrentSession();
