/** A text that another app shared with the page. */

/** The service worker puts the text here; see `service_worker.ts`. */
const NAME = "shared.txt";

/** Returns the text that was shared, once; `undefined` where there is none. */
export async function receivedText(): Promise<string | undefined> {
  if (!("caches" in globalThis)) return undefined;
  const directory = new URL("./", document.baseURI);
  const cacheName = `keras-s2s history ${directory} shared`;
  if (!(await caches.has(cacheName))) return undefined;
  const cache = await caches.open(cacheName);
  const response = await cache.match(new URL(NAME, directory));
  await caches.delete(cacheName);
  return response?.text();
}
