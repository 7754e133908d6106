/** The tablet's camera: the largest still photo that the device gives. */

export type CameraProblem = "insecure" | "refused" | "absent" | "busy";

export class CameraError extends Error {
  override name = "CameraError";
  constructor(readonly problem: CameraProblem) {
    super(`camera ${problem}`);
  }
}

/** Map the browser's names of failures to what a person can do about them. */
export function cameraProblem(errorName: string): CameraProblem {
  switch (errorName) {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "absent";
  }
}

/**
 * Open the camera that faces the mat.
 *
 * @throws {CameraError} saying why there is none.
 */
export async function openCamera(): Promise<MediaStream> {
  if (!isSecureContext) throw new CameraError("insecure");
  if (!navigator.mediaDevices) throw new CameraError("absent");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 4096 }, height: { ideal: 3072 } },
    });
  } catch (error) {
    throw new CameraError(cameraProblem(error instanceof DOMException ? error.name : ""));
  }
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Longest side of the still photos that a camera takes; 0 where it does not tell. */
export async function photoSize(track: MediaStreamTrack): Promise<number> {
  if (!("ImageCapture" in window)) return 0;
  try {
    const { imageWidth, imageHeight } = await new ImageCapture(track).getPhotoCapabilities();
    return Math.max(imageWidth?.max ?? 0, imageHeight?.max ?? 0);
  } catch {
    return 0;
  }
}

/**
 * Take a still photo, upright, as JPEG.
 *
 * Chrome on Android takes it with the whole sensor, which has more pixels than any video stream;
 * where a browser cannot, the current frame of the stream serves.
 */
export async function takePhoto(video: HTMLVideoElement, stream: MediaStream): Promise<Blob> {
  const [track] = stream.getVideoTracks();
  if (track && "ImageCapture" in window) {
    try {
      return await new ImageCapture(track).takePhoto();
    } catch {
      // Some cameras announce still photos and then refuse them: fall through to the frame.
    }
  }
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new CameraError("busy"))),
      "image/jpeg",
      0.95,
    );
  });
}
