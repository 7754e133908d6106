/** The page's own updates: a new version is taken between two items, never during one. */

const LOOK_EVERY_MS = 3_600_000;

class Update {
  /** A newer version than this one is there; the page may reload when nothing is at stake. */
  ready = $state(false);

  /** Keep the page for times without the server; https and localhost only. */
  async start(): Promise<void> {
    const { serviceWorker } = navigator;
    if (!serviceWorker || import.meta.env.DEV) return;
    const before = serviceWorker.controller;
    serviceWorker.addEventListener("controllerchange", () => {
      if (before) this.ready = true; // the first worker is of this very version
    });
    // A file that a newer server no longer has: the page is old.
    addEventListener("vite:preloadError", () => (this.ready = true));
    try {
      const registration = await serviceWorker.register("/sw.js");
      setInterval(() => void registration.update().catch(() => undefined), LOOK_EVERY_MS);
    } catch {
      // A certificate that the browser does not trust: the page works, without being kept.
    }
  }
}

export const update = new Update();
