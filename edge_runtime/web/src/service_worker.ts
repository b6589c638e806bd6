/**
 * Keeps the page for use without a network; bundles are kept by the translator itself.
 */

// Lines that the build puts in: the files of the page, and a name for this build.
declare const PAGE_FILES: readonly string[];
declare const PAGE_VERSION: string;

const scope = self as unknown as ServiceWorkerGlobalScope;
const PREFIX = `keras-s2s page ${scope.registration.scope} `;
const CACHE = PREFIX + PAGE_VERSION;

scope.addEventListener("install", (event) => {
  event.waitUntil(keepPage());
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(dropOtherBuilds());
});

scope.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "GET" || !url.startsWith(scope.registration.scope)) return;
  const path =
    url.slice(scope.registration.scope.length).replace(/[?#].*$/, "") || "./";
  if (PAGE_FILES.includes(path)) event.respondWith(answer(event.request, path));
});

async function keepPage(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([...PAGE_FILES]);
  // The page that is open may go on: names of files change with their content.
  await scope.skipWaiting();
}

async function dropOtherBuilds(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  await scope.clients.claim();
}

async function answer(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(new URL(path, scope.registration.scope))) ?? fetch(request);
}
