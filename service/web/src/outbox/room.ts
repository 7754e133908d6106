/** How much room the tablet has for photos that wait. */

/** Below this many photos the tablet says so. */
export const SCARCE_PHOTOS = 30;
const PHOTO_BYTES = 6 * 1024 * 1024;

/** Ask the browser not to clear this page's storage when the tablet runs short. */
export async function claimRoom(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false);
}

/**
 * How many more photos fit; `undefined` where the browser does not tell (plain http).
 *
 * A 12-megapixel photo of wood has 3 to 6 MiB; the larger size is counted.
 */
export async function roomForPhotos(): Promise<number | undefined> {
  try {
    const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
    if (quota === undefined || usage === undefined) return undefined;
    return Math.max(0, Math.floor((quota - usage) / PHOTO_BYTES));
  } catch {
    return undefined;
  }
}
