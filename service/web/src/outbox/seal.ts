/**
 * Seals: photos keep the person who took them, whoever is signed in when they are sent.
 *
 * The server gives every session a capture key. What a person takes is sealed with it at once,
 * and the page forgets the key when they leave (`service/captures/service.py` has the other half).
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

export interface CaptureKey {
  id: string;
  /** In hexadecimal. */
  secret: string;
}

/** What a person says by taking photos. */
export interface Statement {
  clientId: string;
  /** ISO 8601 with milliseconds. */
  takenAt: string;
  spec: string;
  station?: string | undefined;
  lotId?: string | undefined;
  unit?: number | undefined;
  /** The inspection whose item was sent back for rework and is here again. */
  reinspectionOf?: string | undefined;
  /** In the order in which the photos are sent. */
  photos: readonly { view: string; sha256: string }[];
}

export function sealOf(key: CaptureKey, statement: Statement): string {
  const { clientId, takenAt, spec, station, lotId, unit, reinspectionOf, photos } = statement;
  const lines = [
    "teliti-capture-1",
    clientId,
    Date.parse(takenAt),
    spec,
    station ?? "",
    lotId ?? "",
    unit ?? "",
    reinspectionOf ?? "",
    ...photos.map((photo) => `${photo.view} ${photo.sha256}`),
  ];
  const mac = hmac(sha256, hexToBytes(key.secret), utf8ToBytes(lines.join("\n")));
  return `${key.id}.${bytesToHex(mac)}`;
}
