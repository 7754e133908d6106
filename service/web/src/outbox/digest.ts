/** SHA-256, as the server computes it over the bytes that it receives. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/**
 * The SHA-256 of `bytes` in hexadecimal.
 *
 * Browsers offer their own, faster one on https and localhost only; by plain http in the
 * workshop's network the library's serves.
 */
export async function digestOf(
  bytes: ArrayBuffer,
  subtle: SubtleCrypto | undefined = globalThis.crypto.subtle,
): Promise<string> {
  const digest = subtle ? await subtle.digest("SHA-256", bytes) : sha256(new Uint8Array(bytes));
  return bytesToHex(new Uint8Array(digest));
}
