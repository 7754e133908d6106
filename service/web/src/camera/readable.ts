/** Photos in formats that the server does not read, made into one that it does. */

/** Brands by which a file in ISO's base media format says that it is HEIC or AVIF. */
const FOREIGN = /^ftyp(heic|heix|hevc|heim|heis|hevm|hevs|mif1|msf1|avif|avis)/;
const HEAD_BYTES = 12;
const QUALITY = 0.95;

/** What neither the server nor this browser can read. */
export class FormatError extends Error {
  override name = "FormatError";
}

/** Whether a file is of a format that the server does not read, by its first bytes. */
export async function isForeign(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  return FOREIGN.test(String.fromCharCode(...head.subarray(4)));
}

/**
 * The photo as the server can read it: untouched where it can, else decoded by the browser,
 * which turns it upright, and written as JPEG.
 *
 * @throws {FormatError} where this browser cannot read it either.
 */
export async function readable(file: Blob): Promise<Blob> {
  if (!(await isForeign(file))) return file;
  try {
    const image = await createImageBitmap(file);
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    image.close();
    const jpeg = await new Promise<Blob | null>((resolve) =>
      canvas.toBlob(resolve, "image/jpeg", QUALITY),
    );
    if (jpeg) return jpeg;
  } catch {
    // Told below.
  }
  throw new FormatError("this browser cannot read the photo");
}
