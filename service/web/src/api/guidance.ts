/** What the server says of a frame of the live camera. */

import type { Sight } from "../camera/shutter";
import { api } from "./answer";
import type { components } from "./schema";

export type Advice = NonNullable<components["schemas"]["CameraGuidance"]["advice"]>;
export type Guidance = Sight & { advice: Advice | null };

/** What is about to be photographed. */
export interface Subject {
  spec: string;
  view: string;
  station: string | undefined;
}

const PATIENCE_MS = 3000;

/**
 * Ask about one frame; `undefined` where the server is busy, away or refuses. Nothing depends on
 * it, so nobody is told and nobody is asked to sign in.
 *
 * @param photoPx - longest side of the photo that would be taken.
 */
export async function guide(
  frame: Blob,
  { spec, view, station }: Subject,
  photoPx: number,
): Promise<Guidance | undefined> {
  try {
    const { data } = await api.POST("/v1/guidance", {
      params: {
        query: { spec, view, photo_px: photoPx, ...(station === undefined ? {} : { station }) },
      },
      body: frame,
      bodySerializer: (body) => body,
      headers: { "Content-Type": "image/jpeg" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return data && { ...data, mat: data.mat.map(([x = 0, y = 0]) => [x, y]) };
  } catch {
    return undefined;
  }
}
