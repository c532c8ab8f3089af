// The service worker: the app itself, for when the network is away. It serves
// one version whole, the one it was installed with, and hands over to the next
// only when the page says that no child is in the middle of something. It sees
// no answer: what is posted passes it by.

export {}; // a file of its own

declare const self: ServiceWorkerGlobalScope & { folgmed: Served };

// Served is put before this script by the server: the page as it would send
// it, and for each file the hash that it must have.
interface Served {
  version: string;
  page: { body: string; headers: Record<string, string> };
  files: Record<string, string>;
}

const { version, page, files } = self.folgmed;
const prefix = "folgmed-app-";
const kept = prefix + version;

async function install(): Promise<void> {
  const cache = await caches.open(kept);
  await cache.addAll(Object.entries(files).map(([path, integrity]) => new Request(path, { integrity })));
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((one) => one.startsWith(prefix) && one !== kept);
  await Promise.all(old.map((one) => caches.delete(one)));
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(kept);
  return (await cache.match(request)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(self.skipWaiting());
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === "/" || pathname === "/k") event.respondWith(new Response(page.body, { headers: page.headers }));
  } else if (pathname in files) {
    event.respondWith(file(request));
  }
});
