/** The server scales its pictures, so that a tablet on slow Wi-Fi loads only what it shows. */

/** The address of a picture no wider than `widthPx`. */
export function scaled(url: string, widthPx: number): string {
  return withQuery(url, `width=${widthPx}`);
}

/** The address of a picture of the item alone, with a little around it. */
export function closeUp(url: string): string {
  return withQuery(url, "frame=item");
}

/** The address of an overlay whose labels are in a language. */
export function labelled(url: string, language: string): string {
  return withQuery(url, `language=${language}`);
}

function withQuery(url: string, query: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}${query}`;
}
