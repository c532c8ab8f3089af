// What makes the page work without a network: the service worker that keeps
// the app, and the questions of the class that was last asked here. Neither
// holds anything about a child.

import type { Asked } from "./api";
import { settled, whenCleared } from "./shelf";

// The one script address that the page may make of a string (Trusted Types):
// whatever the string, it is this one.
const workerPath = "/sw.js";

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: () => string }): { createScriptURL(text: string): string };
}

function workerURL(): string {
  const { trustedTypes } = self as { trustedTypes?: TrustedTypes };
  return trustedTypes?.createPolicy("folgmed-worker", { createScriptURL: () => workerPath }).createScriptURL("") ?? workerPath;
}

export interface KeptApp {
  takeOver(): boolean; // whether a newer version now does, and loads the page anew
  here(): boolean; // whether the page can be loaded without a network
}

// keepApp installs the service worker. A newer version waits until idle says
// that no child is in the middle of anything; then it takes over and the page
// is loaded anew. Where there is none (an old browser, no secure context) the
// app works all the same, as long as there is a network.
export function keepApp(idle: () => boolean): KeptApp {
  const { serviceWorker } = navigator;
  if (serviceWorker === undefined) return { takeOver: () => false, here: () => false };
  let registration: ServiceWorkerRegistration | undefined;
  let asked = false;
  const takeOver = () => {
    if (registration?.waiting == null || !idle()) return false;
    asked = true;
    registration.waiting.postMessage("take over");
    return true;
  };
  serviceWorker.addEventListener("controllerchange", () => asked && location.reload());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void registration?.update().catch(() => {}); // a tablet that sleeps for days
  });
  const url = workerURL();
  const register = () =>
    serviceWorker.register(url).then(
      (made) => {
        registration = made;
        takeOver();
        made.addEventListener("updatefound", () => made.installing?.addEventListener("statechange", takeOver));
      },
      () => {}, // as above
    );
  whenCleared(() => setTimeout(register, settled)); // the app is gone with the rest
  void register();
  return { takeOver, here: () => registration?.active != null };
}

// The questions of a class are the same for each child of it.
export const classCache = "folgmed-class";
const key = "/class";

export async function keepQuestions(asked: Asked): Promise<void> {
  try {
    await (await caches.open(classCache)).put(key, new Response(JSON.stringify(asked)));
  } catch {
    // no storage: it is asked for each time
  }
}

export async function keptQuestions(): Promise<Asked | undefined> {
  try {
    const response = await (await caches.open(classCache)).match(key);
    return (await response?.json()) as Asked | undefined;
  } catch {
    return undefined;
  }
}
