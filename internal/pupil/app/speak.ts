// Reading aloud, for a child who taps: nothing is ever said by itself, and what
// is said is what stands on the screen, whatever has been chosen there.

import { h, svg } from "./dom";
import type { Lang } from "./api";
import { held } from "./sounds";

// Line is one text to be said: from its own recording where it has one, else
// by a voice of the device.
export interface Line {
  readonly words: string;
  readonly sound?: string | undefined;
  readonly at?: Element; // marked while it is said
}

// Which voices read a language, the best first. Nynorsk is seldom to be had.
const tongues: Partial<Record<Lang, string[]>> = { nb: ["nb", "no"], nn: ["nn", "no", "nb"] };

const speech = self.speechSynthesis as SpeechSynthesis | undefined;
speech?.getVoices(); // a browser begins to look for its voices when first asked

// voiceFor knows only voices that work on the device itself: the others send
// the text out.
function voiceFor(lang: Lang): SpeechSynthesisVoice | undefined {
  const local = speech?.getVoices().filter((voice) => voice.localService) ?? [];
  for (const tongue of tongues[lang] ?? [lang]) {
    const voice = local.find((one) => one.lang.toLowerCase().split(/[-_]/)[0] === tongue);
    if (voice !== undefined) return voice;
  }
  return undefined;
}

// voicesFound waits for the voices where they are still being looked for.
async function voicesFound(): Promise<void> {
  if (speech === undefined || speech.getVoices().length > 0) return;
  await new Promise<void>((resolve) => {
    speech.addEventListener("voiceschanged", () => resolve(), { once: true });
    setTimeout(resolve, 1000);
  });
}

export class Speaker {
  private button: HTMLElement | undefined; // the one that was tapped for what is said now
  private turn = 0;
  private finish: () => void = () => {};
  // One for all recordings: a browser lets it play on once a tap has let it play.
  private readonly audio = new Audio();

  constructor() {
    addEventListener("pagehide", () => this.stop());
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
  }

  // say says the lines, or stops where the same button is tapped again. It
  // calls silent if there was a line that nothing here can say.
  async say(button: HTMLElement, lang: Lang, lines: Line[], silent: () => void): Promise<void> {
    const again = this.button === button;
    this.stop();
    if (again) return;
    const turn = this.turn;
    this.button = button;
    button.setAttribute("aria-pressed", "true");
    let missed = false;
    for (const line of lines) {
      // Not one tick may pass before the first line where it can be said at once:
      // some browsers speak only within the tap itself.
      if (line.sound === undefined && voiceFor(lang) === undefined) await voicesFound();
      if (turn !== this.turn) return;
      line.at?.classList.add("saying");
      if (!(await this.one(line, lang))) missed = true;
      line.at?.classList.remove("saying");
      if (turn !== this.turn) return;
    }
    this.stop();
    if (missed) silent();
  }

  stop(): void {
    this.turn++;
    this.button?.setAttribute("aria-pressed", "false");
    this.button = undefined;
    speech?.cancel();
    this.audio.pause();
    this.finish();
  }

  private async one({ words, sound }: Line, lang: Lang): Promise<boolean> {
    if (sound !== undefined && (await this.play(sound))) return true;
    const voice = voiceFor(lang);
    if (voice === undefined || speech === undefined) return false;
    const utterance = new SpeechSynthesisUtterance(words);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.rate = 0.9; // for who reads along
    await new Promise<void>((resolve) => {
      this.finish = resolve;
      utterance.onend = utterance.onerror = () => resolve();
      speech.speak(utterance);
    });
    return true;
  }

  // play tells whether there was something to be heard.
  private play(sound: string): Promise<boolean> {
    return new Promise((resolve) => {
      this.finish = () => resolve(true);
      this.audio.onended = () => resolve(true);
      this.audio.onerror = () => resolve(false);
      this.audio.src = held(sound);
      this.audio.play().catch((error: Error) => error.name !== "AbortError" && resolve(false));
    });
  }
}

// linesOf are the texts that can be seen within an element. What is asked of a
// child who has not chosen yet is no part of the screen.
export function linesOf(root: Element): Line[] {
  const texts = root.querySelectorAll<HTMLElement>("h1, h2, h3, p, li, dt, dd, summary, label, .period");
  return [...texts]
    .filter((text) => !text.matches(".actions, .mistake, .progress") && text.getClientRects().length > 0)
    .map((text) => ({ words: text.innerText.trim(), sound: text.dataset["sound"], at: text }))
    .filter((line) => line.words !== "");
}

// speakerPicture is a loudspeaker.
function speakerPicture(): SVGElement {
  return svg(
    "svg",
    { class: "speaker", viewBox: "0 0 24 24", "aria-hidden": "true" },
    svg("path", { class: "full", d: "M3 9h4l5-4v14l-5-4H3z" }),
    svg("path", { d: "M15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11" }),
  );
}

// listen is a button that says what it stands for. It is a picture with a name.
export function listen(name: string, tapped: (button: HTMLElement) => void): HTMLButtonElement {
  const button = h("button", { type: "button", class: "listen", "aria-label": name, "aria-pressed": "false" }, speakerPicture());
  button.addEventListener("click", () => tapped(button));
  return button;
}

// listenAll is a button that says all that stands within something.
export function listenAll(name: string, tapped: (button: HTMLElement) => void): HTMLButtonElement {
  const button = h("button", { type: "button", class: "hear-all", "aria-pressed": "false" }, speakerPicture(), name);
  button.addEventListener("click", () => tapped(button));
  return button;
}
