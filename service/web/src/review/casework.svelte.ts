/** One item on a lead's desk: claimed while it is looked at, corrected, decided. */

import { Failure } from "../api/failure";
import {
  type Case,
  claim,
  type Correction,
  decide,
  type DefectClass,
  type Disposition,
  fetchCase,
  fetchQueue,
  release,
  reviews,
} from "../api/review";
import { newId } from "../api/submission";
import { language } from "../language.svelte";
import { addressOf } from "../route";
import { route } from "../route.svelte";
import { session } from "../session.svelte";
import { shown, takenBack } from "./corrections";
import { said } from "./said.svelte";

export class Casework {
  subject = $state.raw<Case>();
  /** Why there is nothing to see. */
  broken = $state.raw<Failure>();
  /** Why nothing can be decided here, or why the last decision was refused. */
  problem = $state.raw<Failure>();
  mine = $state(false);
  busy = $state(false);
  corrections = $state.raw<readonly Correction[]>([]);

  readonly inspection = $derived(this.subject?.inspection);
  readonly product = $derived(
    this.inspection ? language.of(this.inspection.spec.product.name) : "",
  );
  readonly defects = $derived(this.subject ? shown(this.subject.defects, this.corrections) : []);
  readonly judged = $derived(this.inspection?.verdict !== "retake");
  /** Whether it may be decided, by this person. */
  readonly open = $derived(this.mine && this.judged && !this.inspection?.reinspected_as);

  /** Chosen once, so that a decision sent again is the same one. */
  #clientId = newId();

  constructor(readonly id: string) {}

  async load(): Promise<void> {
    this.broken = undefined;
    if (!reviews(session.state)) return;
    try {
      await this.take();
      this.subject = await fetchCase(this.id);
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.broken = failure;
    }
  }

  async take(): Promise<void> {
    try {
      this.mine = (await claim(this.id)).mine;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.mine = false;
      this.problem = failure;
    }
  }

  leave(): void {
    if (this.mine) release(this.id);
  }

  add(correction: Correction): void {
    this.corrections = [...this.corrections, correction];
  }

  takeBack(number: number): void {
    this.corrections = takenBack(this.corrections, number, this.subject?.defects.length ?? 0);
  }

  async decide(
    disposition: Disposition,
    reason: string,
    defectClass: DefectClass | undefined,
  ): Promise<void> {
    if (!this.subject || this.busy) return;
    this.busy = true;
    this.problem = undefined;
    try {
      await decide(this.id, {
        client_id: this.#clientId,
        disposition,
        reason,
        follows: this.subject.reviews.length,
        corrections: [...this.corrections],
        ...(defectClass ? { defect_class: defectClass } : {}),
      });
      this.mine = false; // the claim ended with the review
      const { kept, decided } = language.text.review;
      said.last = { inspectionId: this.id, sentence: kept(decided[disposition], this.product) };
      await this.goOn();
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.problem = failure;
      if (failure.kind === "refused") this.#clientId = newId();
      if (failure.problem?.code === "review-decided") this.subject = await fetchCase(this.id);
    } finally {
      this.busy = false;
    }
  }

  /** To the next item that nobody else has, or back to an empty queue. */
  async goOn(): Promise<void> {
    const { items } = await fetchQueue(20);
    const next = items.find(
      ({ inspection: { id }, claim }) => id !== this.id && (!claim || claim.mine),
    );
    route.go(next ? addressOf.review(next.inspection.id) : addressOf.queue());
  }
}
