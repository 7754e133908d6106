/** A small picture of a photo, so that the list of what waits need not read whole photos. */

const WIDTH_PX = 240;

/** A small JPEG of `photo`; `undefined` where it cannot be read. */
export async function thumbnailOf(photo: Blob): Promise<ArrayBuffer | undefined> {
  try {
    const image = await createImageBitmap(photo, { resizeWidth: WIDTH_PX, resizeQuality: "low" });
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    image.close();
    const blob = await new Promise<Blob | null>((resolve) =>
      canvas.toBlob(resolve, "image/jpeg", 0.8),
    );
    return await blob?.arrayBuffer();
  } catch {
    return undefined;
  }
}
