/** Photos that the tablet's disk refused: they are in this page alone, and are sent from it. */

import type { Inspection } from "../api/client";
import { Failure } from "../api/failure";
import { healed } from "../api/waiting";
import { deliver } from "./delivery";
import type { Prepared } from "./queue";
import { pauseMs } from "./sender";

class Loose {
  count = $state(0);
  #goOn: (() => void)[] = [];

  /**
   * Send photos until the server has them, whatever page is shown meanwhile. The browser asks
   * before it closes a page that holds the only copy.
   *
   * @throws {Failure} where sending again cannot help.
   */
  async send(prepared: Prepared, onfailure: (failure: Failure) => void): Promise<Inspection> {
    this.count += 1;
    addEventListener("beforeunload", hold);
    try {
      for (let failures = 1; ; failures += 1) {
        try {
          return await deliver(prepared.submission, prepared.item.photos);
        } catch (failure) {
          if (!(failure instanceof Failure)) throw failure;
          if (await healed(failure)) continue;
          if (!failure.retriable) throw failure;
          onfailure(failure);
          await new Promise<void>((resolve) => {
            this.#goOn.push(resolve);
            setTimeout(resolve, pauseMs(failures));
          });
        }
      }
    } finally {
      this.count -= 1;
      if (this.count === 0) removeEventListener("beforeunload", hold);
    }
  }

  /** Try again at once. */
  wake(): void {
    for (const goOn of this.#goOn.splice(0)) goOn();
  }
}

function hold(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

export const loose = new Loose();
