import type { cameraId } from "./camera.id";

/** English, while the camera is live. */
export const cameraEn: typeof cameraId = {
  advice: {
    "photo-dark": "Too dark. Switch the lamp on.",
    "photo-bright": "Too bright. Turn the lamp away.",
    "photo-grey": "No colour. Use the colour camera.",
    "mat-missing": "Point the camera at the mat.",
    "mat-wrong": "Use the other mat.",
    "camera-tilted": "Tilted. Hold the tablet level.",
    "camera-far": "Too far. Come nearer.",
    "mat-covered": "Show all of the mat's border.",
    "photo-blurred": "Blurred. Hold the tablet still.",
    "item-missing": "Put the item in the mat's middle.",
    "item-cut-off": "Move the item to the middle.",
    "item-count": "Wrong number of pieces on the mat.",
  },
  unreadable: "This HEIC photo cannot be read. Set the camera to JPEG, then take it again.",
  hold: "Good. Hold still.",
  ready: "Good. Take the photo.",
  taken: "Photo taken. Change the item, or tap the picture.",
  automatic: "Automatic",
  ghost: "Ghost",
  ghostPicture: "Ghost of a good item",
  sound: "Sound",
  volumes: { loud: "loud", soft: "soft", mute: "off" },
};
