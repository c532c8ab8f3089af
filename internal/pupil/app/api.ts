// What the tablet and the server say to one another: three requests for each
// child, and the list of keys once a year. No cookie, nothing that could tell
// two children apart.

// Lang is a language tag, such as nb.
export type Lang = string;

// Words are one text in every language that its questionnaire is offered in:
// nb, nn and en, and perhaps more.
export type Words = { nb: string } & Partial<Record<Lang, string>>;

// Info is the public part of a ballot, the same for the whole class.
export interface Info {
  owner: string;
  school: string;
  class: string;
  wave: number;
  questionnaire: string;
  version: number;
  attempt: number;
}

export interface PublicKeys {
  poprf: string;
  hpke: string;
  receipt: string;
}

export interface Item {
  id: string;
  background?: boolean; // who one is, not how the period was
  text: Words;
  options: { text: Words; picture?: string }[];
}

// Reply is to a code. Whoever gave that of the board, or a ticket, gets the
// ticket by which each child takes a place.
export type Reply = Asked & { ticket?: string };

// Sounds are names of recordings, by language and text.
export type Sounds = Partial<Record<Lang, Record<string, string>>>;

export interface Asked {
  info: Info;
  ordinal: number;
  schoolName: string;
  written: string; // the school's hovedmål
  adults: { name: string; role: string }[];
  helpLines: { name: string; number: string; url?: string }[];
  keys: PublicKeys;
  wholeClass?: boolean; // the board shows and reads the questions
  survey: { id: string; version: number; readAloud?: boolean; title: Words; period: Words; items: Item[]; sounds?: Sounds };
}

// Questions are what is asked, wherever nothing need be known of a class.
export type Questions = Pick<Asked, "survey"> & Partial<Asked>;

export interface Evaluated {
  outcome: string;
  evaluated: string;
  proof: string;
}

export interface Receipt {
  outcome: string;
  nonce: string; // of the ballot that is counted
  receipt: string;
}

// Refusal is an answer that is not the one hoped for, under the server's own
// word for it, or "unavailable" where no answer came at all.
export class Refusal extends Error {
  constructor(
    readonly outcome: string,
    readonly retryAfter = 0, // seconds
  ) {
    super(outcome);
  }

  // passing tells whether the same request may succeed later.
  get passing(): boolean {
    return ["unavailable", "rate_limited", "internal"].includes(this.outcome);
  }

  // forTeacher tells whether it may succeed once the teacher has done something:
  // added a place, or opened the class session again.
  get forTeacher(): boolean {
    return ["no_place", "session_closed"].includes(this.outcome);
  }
}

const patience = 15_000; // ms; a school network that is slower than this is down

export const get = <T>(path: string) => call<T>(path, {});

export const post = <T>(path: string, body: unknown) =>
  call<T>(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

async function call<T>(path: string, request: RequestInit): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const response = await fetch(path, {
      ...request,
      credentials: "omit",
      cache: "no-store",
      keepalive: true, // what is sent as the page closes still arrives
      referrerPolicy: "no-referrer",
      redirect: "error",
      signal: stop.signal,
    });
    if (response.ok) return (await response.json()) as T;
    const { outcome } = (await response.json().catch(() => ({}))) as { outcome?: string };
    throw new Refusal(
      outcome ?? (response.status < 500 ? "malformed" : "unavailable"),
      Number(response.headers.get("Retry-After")) || 0,
    );
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("unavailable");
  } finally {
    clearTimeout(timer);
  }
}

// wellFormed holds the server to what the info may contain: the seven fields,
// each of them shown on the screen, none able to carry a hidden mark.
export function wellFormed({ info, survey, keys }: Asked): boolean {
  const words = [info.owner, info.school, info.class, info.questionnaire];
  const numbers = [info.wave, info.version, info.attempt];
  return (
    words.every((w) => typeof w === "string" && w !== "" && w.length <= 64 && !/\p{C}/u.test(w)) &&
    numbers.every((n) => Number.isInteger(n) && n >= 0 && n < 1e6) &&
    survey.id === info.questionnaire &&
    survey.version === info.version &&
    survey.items.length > 0 &&
    [keys.poprf, keys.hpke, keys.receipt].every((k) => typeof k === "string")
  );
}

// infoBytes is what the ballot is bound to, built here from what is shown.
export function infoBytes(info: Info): Uint8Array {
  return new TextEncoder().encode(
    [
      "folgmed ballot v1",
      info.owner,
      info.school,
      info.class,
      info.wave,
      info.questionnaire,
      info.version,
      info.attempt,
    ].join("\n"),
  );
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
}
