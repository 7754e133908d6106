/** Asks the server about the live picture, a few times a second, one frame at a time. */

import { guide, type Guidance, type Subject } from "../api/guidance";
import { frameOf } from "./frame";

const EVERY_MS = 300;
const PAUSE_MS = 1500;

export class Guide {
  /** What the last frame showed; `undefined` while nobody can say. */
  sight = $state.raw<Guidance>();

  /** Look until `signal` says to stop; `onsight` hears of every frame that was judged. */
  async watch(
    video: HTMLVideoElement,
    photoPx: () => number,
    subject: () => Subject,
    onsight: (sight: Guidance | undefined) => void,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const began = performance.now();
      const frame = document.hidden ? undefined : await frameOf(video);
      const sight = frame && (await guide(frame, subject(), photoPx()));
      if (signal.aborted) break;
      this.sight = sight;
      onsight(sight);
      const rest = sight || !frame ? EVERY_MS - (performance.now() - began) : PAUSE_MS;
      await new Promise((resolve) => setTimeout(resolve, Math.max(50, rest)));
    }
    this.sight = undefined;
  }
}
