/**
 * The page without the server: its files are kept, so that it opens and reloads while the Wi-Fi
 * is gone. What people do is kept elsewhere (`outbox/`); a new version of this changes none of it.
 */

// The parts of the Service Worker API used here; TypeScript has them in a library of its own,
// which cannot be loaded beside the page's.
interface Extendable extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker extends EventTarget {
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
}
const worker = self as unknown as Worker;

/** Filled in by the build: what the page consists of, and a digest of all of it. */
const shell = "__SHELL__" as unknown as { version: string; files: string[] };

const PREFIX = "shell-";
const CURRENT = PREFIX + shell.version;
/** On a Wi-Fi that neither works nor says so, the kept page is shown after this time. */
const PATIENCE_MS = 3000;

worker.addEventListener("install", (event) => {
  (event as Extendable).waitUntil(keepShell());
});

worker.addEventListener("activate", (event) => {
  (event as Extendable).waitUntil(takeOver());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event as Fetching;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") (event as Fetching).respondWith(freshPage(request));
  else if (shell.files.includes(pathname) || pathname.startsWith("/assets/")) {
    (event as Fetching).respondWith(keptFile(request));
  }
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(CURRENT);
  await cache.addAll(shell.files.map((file) => new Request(file, { cache: "reload" })));
  await worker.skipWaiting();
}

/** Pages that are open may still ask for files of the version before; older ones go. */
async function takeOver(): Promise<void> {
  const others = (await caches.keys()).filter((key) => key.startsWith(PREFIX) && key !== CURRENT);
  await Promise.all(others.slice(0, -1).map((key) => caches.delete(key)));
  await worker.clients.claim();
}

async function freshPage(request: Request): Promise<Response> {
  const kept = await (await caches.open(CURRENT)).match("/");
  const asked = fetch(request);
  if (!kept) return asked;
  const impatient = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS));
  return Promise.race([asked.catch(() => kept), impatient]);
}

async function keptFile(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}
