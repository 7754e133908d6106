/** Where the keyboard and screen readers stand after the page has changed. */

/** Attach to the heading of a page: it takes the focus, so that its text is read out. */
export function focusOnArrival(heading: HTMLElement): void {
  heading.focus({ preventScroll: true });
}
