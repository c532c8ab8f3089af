// Recordings of what is asked, where a questionnaire has them. All of a wave are
// fetched when it is asked, whatever is listened to, and kept beside its
// questions for when the network is away.

import type { Asked, Lang, Questions } from "./api";
import { classCache } from "./offline";

const kept = new Map<string, string>(); // path to where the page holds it
const path = (name: string) => `/sounds/${name}`;

// soundOf is the path of a text's recording, if it has one.
export function soundOf(asked: Questions, lang: Lang, text: string): string | undefined {
  const name = asked.survey.sounds?.[lang]?.[text];
  return name && path(name);
}

// held is where a recording can be played from by now.
export const held = (path: string) => kept.get(path) ?? path;

export async function keepSounds(asked: Asked, lang: Lang): Promise<void> {
  const { sounds = {} } = asked.survey;
  const all = new Set(Object.values(sounds).flatMap((texts) => Object.values(texts ?? {}).map(path)));
  try {
    const cache = await caches.open(classCache);
    for (const { url } of await cache.keys()) {
      const { pathname } = new URL(url);
      if (pathname.startsWith("/sounds/") && !all.has(pathname)) await cache.delete(url); // of another wave
    }
    for (const one of new Set(Object.values(sounds[lang] ?? {}).map(path))) {
      if (kept.has(one)) continue;
      kept.set(one, one);
      if ((await cache.match(one)) === undefined) await cache.add(new Request(one, { credentials: "omit", referrerPolicy: "no-referrer" }));
      const sound = await cache.match(one);
      if (sound !== undefined) kept.set(one, URL.createObjectURL(await sound.blob()));
    }
  } catch {
    // no storage or no network: it is asked for when it is wanted, or the
    // device's own voice reads
  }
}
