/** The server scales its pictures, so that a tablet on slow Wi-Fi loads only what it shows. */

/** The address of a picture no wider than `widthPx`. */
export function scaled(url: string, widthPx: number): string {
  return `${url}?width=${widthPx}`;
}
