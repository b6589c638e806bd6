/**
 * Keeps the page for use without a network; bundles are kept by the translator itself.
 *
 * It answers for the files of the page alone, all of which are in its own directory. It
 * asks the network for the page first: where something else answers there by now, the
 * worker goes, and takes all copies with it.
 */

// Lines that the build puts in: the files of the page, and a name for this build, which
// the page itself has in its head.
declare const PAGE_FILES: readonly string[];
declare const PAGE_NAME: string;

const scope = self as unknown as ServiceWorkerGlobalScope;
const SCOPE = scope.registration.scope;
const PREFIX = `keras-s2s page ${SCOPE} `;
const CACHE = PREFIX + PAGE_NAME;
/** How the translator names the copies of bundles below this directory. */
const BUNDLE_PREFIX = `keras-s2s bundle ${SCOPE}`;
/** How the page names what it keeps of texts. */
const HISTORY_PREFIX = `keras-s2s history ${SCOPE}`;
/** Where other apps send the texts that they share, as the web app's manifest says. */
const SHARING = "share";
const PAGE_OF_ANY_BUILD = 'content="keras-s2s ';
/** The page itself, under its directory's address and its own. */
const DOCUMENTS = ["./", "index.html"];
/** How long the network may take, in milliseconds, where there is a copy. */
const PATIENCE = 3_000;

scope.addEventListener("install", (event) => {
  event.waitUntil(keepPage());
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(dropOtherBuilds());
});

scope.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && url === SCOPE + SHARING) {
    event.respondWith(takeShared(event.request));
  }
  if (method !== "GET" || !url.startsWith(SCOPE)) return;
  const path = url.slice(SCOPE.length).replace(/[?#].*$/, "") || "./";
  if (!PAGE_FILES.includes(path)) return;
  event.respondWith(
    DOCUMENTS.includes(path)
      ? answerPage(event.request)
      : answerFile(event.request, path),
  );
});

async function keepPage(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(
    PAGE_FILES.map((path) => new Request(path, { cache: "no-cache" })),
  );
  // The page that is open may go on: names of files change with their content.
  await scope.skipWaiting();
}

async function dropOtherBuilds(): Promise<void> {
  await dropCaches((name) => name.startsWith(PREFIX) && name !== CACHE);
  await scope.clients.claim();
}

async function dropCaches(isDropped: (name: string) => boolean): Promise<void> {
  for (const name of await caches.keys()) {
    if (isDropped(name)) await caches.delete(name);
  }
}

async function answerFile(request: Request, path: string): Promise<Response> {
  return (await copyOf(path)) ?? fetch(request);
}

async function answerPage(request: Request): Promise<Response> {
  const copy = await copyOf("./");
  let answer: Response;
  try {
    answer = await fetch(request.url, {
      cache: "no-cache",
      redirect: "manual",
      ...(copy && { signal: AbortSignal.timeout(PATIENCE) }),
    });
  } catch (error) {
    if (copy) return copy;
    throw error;
  }
  // The server is ill, which says nothing of whose it is.
  if (copy && answer.status >= 500) return copy;
  const text = answer.ok ? await answer.clone().text() : "";
  if (!text.includes(PAGE_OF_ANY_BUILD)) {
    await stepAside();
  } else if (!text.includes(PAGE_NAME)) {
    // Another build: its files must not be mixed with the copies of this one.
    await caches.delete(CACHE);
  }
  return answer;
}

async function copyOf(path: string): Promise<Response | undefined> {
  if (!(await caches.has(CACHE))) return undefined;
  const cache = await caches.open(CACHE);
  return cache.match(new URL(path, SCOPE));
}

async function stepAside(): Promise<void> {
  await scope.registration.unregister();
  const prefixes = [PREFIX, BUNDLE_PREFIX, HISTORY_PREFIX];
  await dropCaches((name) => prefixes.some((prefix) => name.startsWith(prefix)));
}

/** Puts a text aside for the page, so that it is sent to no server. */
async function takeShared(request: Request): Promise<Response> {
  const fields = await request.formData();
  const text = ["title", "text", "url"]
    .map((name) => fields.get(name))
    .filter((value) => typeof value === "string" && value !== "")
    .join("\n");
  const cache = await caches.open(`${HISTORY_PREFIX} shared`);
  await cache.put(new URL("shared.txt", SCOPE), new Response(text));
  return Response.redirect(SCOPE, 303);
}
