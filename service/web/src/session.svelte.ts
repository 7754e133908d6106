/** Who is signed in in this browser, and on which tablet. */

import { Failure } from "./api/failure";
import { forgetAnswer, keepAnswer, keptAnswer } from "./api/kept";
import { type Session, fetchSession, signOut } from "./api/session";
import { whenSignedOut } from "./api/waiting";
import { station } from "./station.svelte";

const KEPT_AS = "session";
/** Somebody left while the server could not hear it; it is told before anything else is asked. */
const LEFT_AS = "teliti.left";

class CurrentSession {
  state = $state.raw<Session>();
  failure = $state.raw<Failure>();
  /** Said above the sign-in, where a session ended by itself. */
  ended = $state(false);
  #waiting: (() => void)[] = [];
  /** Counts questions and sign-ins: what answers an earlier question is out of date. */
  #turn = 0;
  #leaving: Promise<unknown> | undefined;
  #otherTabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("teliti.session") : undefined;

  constructor() {
    whenSignedOut(() => this.#comeBack());
    this.#otherTabs?.addEventListener("message", () => void this.load());
  }

  /** Ask the server who is there; where it cannot be reached, whoever was stays at work. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    this.failure = undefined;
    try {
      await this.#tellWhoLeft();
      const state = await fetchSession();
      if (turn === this.#turn) this.#take(state);
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      const kept = failure.kind === "unreachable" ? await this.#kept() : undefined;
      if (turn !== this.#turn) return;
      if (kept) this.state = kept;
      else this.failure = failure;
    }
  }

  /** Somebody has signed in: every request that had to wait goes on. */
  opened(state: Session): void {
    this.#turn += 1;
    this.#take(state);
    this.#otherTabs?.postMessage("opened");
  }

  /**
   * The next person takes over; what the tablet holds stays.
   *
   * The key that seals photos is forgotten at once, also without the server: nobody can take
   * photos in the name of somebody who has left.
   */
  async leave(): Promise<void> {
    localStorage.setItem(LEFT_AS, "yes");
    this.state = undefined;
    await forgetAnswer(KEPT_AS);
    await this.load();
    this.#otherTabs?.postMessage("left");
  }

  /** Sign out whoever has left, once: a second time would meet whoever came next. */
  async #tellWhoLeft(): Promise<void> {
    if (!localStorage.getItem(LEFT_AS)) return;
    this.#leaving ??= signOut()
      .then(() => localStorage.removeItem(LEFT_AS))
      .finally(() => (this.#leaving = undefined));
    await this.#leaving;
  }

  #take(state: Session): void {
    if (this.state?.person && !state.person) this.ended = true;
    this.state = state;
    if (!station.id && state.tablet?.station) station.choose(state.tablet.station);
    if (!state.person) {
      void forgetAnswer(KEPT_AS);
      return;
    }
    void keepAnswer(KEPT_AS, state);
    this.ended = false;
    for (const goOn of this.#waiting.splice(0)) goOn();
  }

  /** Whoever was signed in when the server was last heard, until their session's end. */
  async #kept(): Promise<Session | undefined> {
    if (localStorage.getItem(LEFT_AS)) return undefined;
    const kept = this.state ?? (await keptAnswer<Session>(KEPT_AS));
    const until = kept?.person?.expires_at;
    return until && Date.parse(until) > Date.now() ? kept : undefined;
  }

  /** Wait for somebody to sign in, because the server knows nobody here any more. */
  #comeBack(): Promise<void> {
    this.ended = true;
    void this.load();
    return new Promise((goOn) => this.#waiting.push(goOn));
  }
}

export const session = new CurrentSession();
