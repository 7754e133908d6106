/** What waits on this tablet, as the page shows it; the same in every tab. */

import { liveQuery } from "dexie";
import { reach } from "../reach.svelte";
import { session } from "../session.svelte";
import { loose } from "./loose.svelte";
import { addThumbnail, keep, type Prepared, remove, sendAgain, sendAs, type Taken } from "./queue";
import { claimRoom, roomForPhotos, SCARCE_PHOTOS } from "./room";
import { Sender } from "./sender";
import { deliverReading, keepReading, prepareReading, type Read, removeReading, sendReadingAgain } from "./readings";
import { type Item, type KeptReading, store } from "./store";
import { thumbnailOf } from "./thumbnail";

class Outbox {
  items = $state.raw<readonly Item[]>([]);
  readings = $state.raw<readonly KeptReading[]>([]);
  /** The tablet's disk was read: until then nobody can say that nothing waits. */
  known = $state(false);
  /** How many more photos fit, where the browser tells. */
  room = $state<number>();
  readonly waiting = $derived(this.items.filter(({ state }) => state === "waiting"));
  readonly refused = $derived(this.items.filter(({ state }) => state === "refused"));
  /** Answers that came when nobody was looking. */
  readonly answered = $derived(this.items.filter(({ state }) => state === "answered"));
  readonly refusedReadings = $derived(this.readings.filter(({ state }) => state === "refused"));
  /** Everything that is on this tablet only. */
  readonly unsent = $derived(
    this.waiting.length + this.refused.length + this.readings.length + loose.count,
  );
  /** What waits is held up: an answer will not come at once. */
  readonly stalled = $derived(reach.lost || this.waiting.some(({ problem }) => problem));
  readonly scarce = $derived(this.room !== undefined && this.room < SCARCE_PHOTOS);
  #sender = new Sender();

  /** Begin to watch and to send; called once, by the page. */
  start(): void {
    liveQuery(() => store.items.orderBy("number").toArray()).subscribe({
      next: (items) => {
        this.items = items;
        this.known = true;
      },
      error: () => (this.known = true), // storage refused: `keep` says so when it matters
    });
    liveQuery(() => store.readings.orderBy("number").toArray()).subscribe({
      next: (readings) => (this.readings = readings),
      error: () => undefined,
    });
    void this.#sender.run();
    addEventListener("online", () => this.sendNow());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.sendNow();
    });
    void this.measure();
  }

  find(clientId: string): Item | undefined {
    return this.items.find((item) => item.clientId === clientId);
  }

  /**
   * Keep photos on the tablet's disk and send them as soon as that is possible.
   *
   * @throws whatever the disk says when it is full or storage is refused.
   */
  async add(prepared: Prepared): Promise<void> {
    await keep(prepared);
    this.sendNow();
    void this.#complete(prepared);
  }

  /**
   * Keep a value on the tablet's disk and send it as soon as the server has its inspection.
   *
   * @returns the id under which `reading` finds it, until it is sent.
   * @throws {Failure} where the tablet cannot keep it and the server does not take it.
   */
  async addReading(read: Omit<Read, "person">): Promise<string> {
    const reading = prepareReading({ ...read, person: whoTakes() });
    try {
      await keepReading(reading);
    } catch {
      await deliverReading(reading); // the disk is full: it goes now or not at all
    }
    this.sendNow();
    return reading.clientId;
  }

  /** Hear how a reading fares; `undefined` once the server has it. Returns how to stop. */
  watchReading(clientId: string, hear: (reading: KeptReading | undefined) => void): () => void {
    const find = () => store.readings.where("clientId").equals(clientId).first();
    const watching = liveQuery(find).subscribe({ next: hear, error: () => hear(undefined) });
    return () => watching.unsubscribe();
  }

  /** A person gives a refused value up. */
  forgetReading(clientId: string): Promise<void> {
    return removeReading(clientId);
  }

  async sendReadingAgain(clientId: string): Promise<void> {
    await sendReadingAgain(clientId, whoTakes());
    this.sendNow();
  }

  /** Room is asked for and measured when photos are about to be taken, and after each. */
  async measure(): Promise<void> {
    await claimRoom();
    this.room = await roomForPhotos();
  }

  sendNow(): void {
    this.#sender.wake();
    loose.wake();
  }

  async sendAgain(clientId: string): Promise<void> {
    await sendAgain(clientId);
    this.sendNow();
  }

  async sendAsMine(clientId: string): Promise<void> {
    await sendAs(clientId, whoTakes());
    this.sendNow();
  }

  /** Somebody has seen the answer, or gives the photos up. */
  async forget(clientId: string): Promise<void> {
    await remove(clientId);
    await this.measure();
  }

  async #complete({ item, submission }: Prepared): Promise<void> {
    const [first] = submission.shots;
    const thumbnail = first && (await thumbnailOf(first.photo));
    if (thumbnail) await addThumbnail(item.clientId, thumbnail).catch(() => undefined);
    await this.measure();
  }
}

/** Who takes photos now, with the key that proves it. */
export function whoTakes(): Taken["person"] {
  const { person, capture_key: key } = session.state ?? {};
  return person ? { name: person.name, key: key ?? null } : undefined;
}

export const outbox = new Outbox();
