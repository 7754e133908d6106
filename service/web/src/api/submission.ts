/** One item's photos on their way to the server. */

/**
 * A random UUID, version 4.
 *
 * `crypto.randomUUID` exists only on https and localhost; a tablet that opens the page by plain
 * http in the workshop's network needs the same from `getRandomValues`.
 */
export function newId(source: Pick<Crypto, "getRandomValues"> & Partial<Crypto> = crypto): string {
  if (source.randomUUID) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export interface Shot {
  view: string;
  photo: Blob;
}

/**
 * The photos of one item and the id under which they are sent. The id is made once: whoever sends
 * the same submission again gets the first answer again, and nothing is inspected twice.
 */
export interface Submission {
  readonly clientId: string;
  readonly spec: string;
  /** Where the photos were taken, if the tablet knows. */
  readonly station: string | undefined;
  readonly lotId?: string | undefined;
  readonly unit?: number | undefined;
  /** The inspection whose item was sent back for rework and is here again. */
  readonly reinspectionOf?: string | undefined;
  /** By the tablet's clock; sent together with the seal of whoever took the photos. */
  readonly takenAt?: string | undefined;
  readonly seal?: string | undefined;
  readonly shots: readonly Shot[];
}
