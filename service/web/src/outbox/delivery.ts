/** Sending one item and reading its receipt. */

import { type Inspection, submit } from "../api/client";
import { Failure } from "../api/failure";
import type { Submission } from "../api/submission";
import type { KeptPhoto } from "./store";

/**
 * Send photos and check that the receipt is theirs: the same id, the same SHA-256 of every view.
 *
 * @throws {Failure}
 */
export async function deliver(
  submission: Submission,
  photos: readonly KeptPhoto[],
): Promise<Inspection> {
  const receipt = await submit(submission);
  const received = new Map(receipt.photos.map(({ view, sha256 }) => [view, sha256]));
  const theirs =
    receipt.client_id === submission.clientId &&
    received.size === photos.length &&
    photos.every(({ view, sha256 }) => received.get(view) === sha256);
  if (!theirs) {
    throw new Failure("broken", {
      code: "receipt-wrong",
      detail: "The receipt is of other photos.",
      fix: "Call the QC lead.",
    });
  }
  return receipt;
}
