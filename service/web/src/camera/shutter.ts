/** The shutter that fires by itself: once for each item, when nothing has been wrong for a second. */

/** A corner's place, as shares of the picture's width and height. */
export type Corner = readonly [x: number, y: number];

export interface Sight {
  /** What is wrong; null where nothing is. */
  advice: string | null;
  mat: readonly Corner[];
}

const GOOD_FOR_MS = 1000;
/** Sights farther apart than this say nothing of the time between them. */
const LONGEST_GAP_MS = 1500;
/** Share of the picture by which a mat may seem to move while the tablet is held still. */
const STILL = 0.012;
/** So often in a row nothing must lie on the mat: a single frame may err. */
const EMPTY_SIGHTS = 2;
/** What is said where no item is seen, on a mat that lies or before one that stands. */
const NO_ITEM: ReadonlySet<string> = new Set(["item-missing", "side-item-low"]);

export class Shutter {
  #armed = true;
  #good: { since: number; last: number; mat: readonly Corner[] } | undefined;
  #empty = 0;

  /** Whether it would fire; not after it has, until the item was taken away or a person asks. */
  get armed(): boolean {
    return this.#armed;
  }

  /** A person wants the next photo. */
  arm(): void {
    this.#armed = true;
    this.#good = undefined;
  }

  /** A photo was taken, by whom ever. */
  fired(): void {
    this.#armed = false;
    this.#good = undefined;
    this.#empty = 0;
  }

  /** Nothing is known for a while. */
  blind(): void {
    this.#good = undefined;
  }

  /** Take note of a frame; true where the photo is to be taken now. */
  see({ advice, mat }: Sight, nowMs: number): boolean {
    this.#empty = advice !== null && NO_ITEM.has(advice) ? this.#empty + 1 : 0;
    if (this.#empty >= EMPTY_SIGHTS) this.#armed = true;
    if (advice !== null) {
      this.#good = undefined;
      return false;
    }
    const before = this.#good;
    if (!before || nowMs - before.last > LONGEST_GAP_MS || moved(before.mat, mat) > STILL) {
      this.#good = { since: nowMs, last: nowMs, mat };
      return false;
    }
    this.#good = { since: before.since, last: nowMs, mat: before.mat };
    return this.#armed && nowMs - before.since >= GOOD_FOR_MS;
  }
}

function moved(before: readonly Corner[], now: readonly Corner[]): number {
  if (before.length !== now.length) return Infinity;
  return Math.max(0, ...before.map(([x, y], i) => Math.hypot(now[i]![0] - x, now[i]![1] - y)));
}

/** One for the tablet: it remembers across pages that this item was photographed. */
export const shutter = new Shutter();
