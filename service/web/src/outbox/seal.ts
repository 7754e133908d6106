/**
 * Seals: what a person took or measured keeps their name, whoever is signed in when it is sent.
 *
 * The server gives every session a capture key. What a person takes is sealed with it at once,
 * and the page forgets the key when they leave (`service/captures/service.py` has the other half).
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import type { ReadingEntry } from "../api/readings";

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

/** What a person says by measuring (`service/readings/statement.py`). */
export interface ReadingStatement {
  clientId: string;
  /** The tablet's own id of the inspection. */
  inspectionClientId: string;
  measuredAt: string;
  entry: ReadingEntry;
}

export function sealOf(key: CaptureKey, statement: Statement): string {
  const { clientId, takenAt, spec, station, lotId, unit, reinspectionOf, photos } = statement;
  return seal(key, [
    "teliti-capture-1",
    clientId,
    Date.parse(takenAt),
    spec,
    station ?? "",
    lotId ?? "",
    unit ?? "",
    reinspectionOf ?? "",
    ...photos.map((photo) => `${photo.view} ${photo.sha256}`),
  ]);
}

export function sealOfReading(key: CaptureKey, statement: ReadingStatement): string {
  const { clientId, inspectionClientId, measuredAt, entry } = statement;
  const size = entry.kind === "calliper" ? entry : undefined;
  return seal(key, [
    "teliti-reading-1",
    clientId,
    inspectionClientId,
    Date.parse(measuredAt),
    entry.kind,
    size?.name ?? "",
    size ? (size.part ?? 1) : "",
    valueIn(entry),
  ]);
}

function valueIn(entry: ReadingEntry): number | string {
  if (entry.kind === "calliper") return Math.round(entry.value_mm * 1000);
  if (entry.kind === "moisture") return Math.round(entry.percent * 1000);
  return entry.kind === "pieces" ? entry.count : (entry.text ?? "");
}

function seal(key: CaptureKey, lines: readonly (string | number)[]): string {
  const mac = hmac(sha256, hexToBytes(key.secret), utf8ToBytes(lines.join("\n")));
  return `${key.id}.${bytesToHex(mac)}`;
}
