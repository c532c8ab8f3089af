// The questions of a class on its screen: shown and read one at a time, at the
// teacher's tap, with the words, pictures and voices of the tablets. The tablets
// are not steered from here, and nothing of them can be seen from here: when the
// questions have been fetched, this page asks for nothing more than recordings.

import type { Asked, Lang, Words } from "../api";
import { h } from "../dom";
import { picture } from "../pictures";
import { languages } from "../languages";
import { people } from "../screens/help";
import { layout, number, progress } from "../screens/question";
import { keepSounds, soundOf } from "../sounds";
import { linesOf, listen, listenAll, Speaker, type Line } from "../speak";
import { catalogs, offered, type Catalog } from "../text";
import { weekOf } from "../week";
import { atOf, hashOf, last, stepOf } from "./steps";
import { words, type BoardWords } from "./words";

export class Board {
  private lang: Lang;
  private aloud = false; // what is stepped to is read
  private readonly speaker = new Speaker();

  constructor(
    private readonly root: HTMLElement,
    private readonly asked: Asked,
  ) {
    this.lang = this.offered().includes(asked.written) ? asked.written : "nb";
    addEventListener("hashchange", () => this.show());
    addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const to = stepOf(event.key, this.at, this.questions, this.text.dir);
      if (to === this.at) return;
      event.preventDefault();
      this.go(to);
    });
  }

  // show draws the screen of the address and, if the class is being read to,
  // reads it.
  show(): void {
    this.draw();
    scrollTo(0, 0);
    this.root.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    const all = this.root.querySelector<HTMLElement>(".hear-all");
    if (this.aloud && all) this.read(all);
  }

  private get at(): number {
    return atOf(location.hash, this.questions);
  }

  private get questions(): number {
    return this.asked.survey.items.length;
  }

  private get text(): Catalog {
    return catalogs[this.lang] ?? catalogs.nb;
  }

  private get words(): BoardWords {
    return words[this.lang] ?? words.nb;
  }

  private offered(): Lang[] {
    return offered(this.asked).filter((lang) => lang in words);
  }

  private go(to: number): void {
    location.hash = hashOf(to);
  }

  private draw(): void {
    this.speaker.stop();
    void keepSounds(this.asked, this.lang);
    document.documentElement.lang = this.lang;
    document.documentElement.dir = this.text.dir;
    this.root.replaceChildren(
      h(
        "header",
        {},
        h("span", { class: "brand" }, "Følgmed"),
        listenAll(this.text.readAloud, (button) => this.tapped(button)),
        languages(this.offered(), this.lang, (lang) => {
          this.lang = lang;
          this.draw();
        }),
        h("p", { class: "voiceless", role: "status" }),
        "rehearsal" in document.documentElement.dataset && h("p", { class: "rehearsal" }, this.text.rehearsal),
      ),
      h("main", {}, this.screen()),
    );
  }

  // tapped reads the screen, and each that is stepped to from now on; while it
  // is being read, it stops both.
  private tapped(button: HTMLElement): void {
    this.aloud = button.getAttribute("aria-pressed") !== "true";
    this.read(button);
  }

  private read(button: HTMLElement): void {
    const main = this.root.querySelector("main");
    if (main) this.say(button, linesOf(main).filter((line) => !line.at?.matches(".teacher")));
  }

  private say(button: HTMLElement, lines: Line[]): void {
    const place = this.root.querySelector(".voiceless");
    if (place) place.textContent = "";
    void this.speaker.say(button, this.lang, lines, () => place && (place.textContent = this.words.noVoice));
  }

  private screen(): HTMLElement {
    switch (this.at) {
      case 0:
        return this.welcome();
      case last(this.questions) - 1:
        return this.ready();
      case last(this.questions):
        return this.thanks();
      default:
        return this.question(this.at - 1);
    }
  }

  private welcome(): HTMLElement {
    const { text, words } = this;
    const { info, schoolName, survey } = this.asked;
    return h(
      "section",
      { class: "welcome" },
      h("p", { class: "where" }, `${schoolName} · ${info.class} · ${text.week.toLowerCase()} ${weekOf(info.wave).week}`),
      h("h1", { tabindex: -1, "data-sound": this.sound("title") }, this.in(survey.title)),
      h("p", { class: "promise" }, h("strong", {}, text.nobody), " ", text.nobodyElse, " ", text.wantHelp),
      h("ul", { class: "how" }, ...words.how.map((line) => h("li", {}, line))),
      h("p", { class: "hint teacher" }, words.keys),
      this.actions(words.begin),
    );
  }

  private question(at: number): HTMLElement {
    const { text } = this;
    const { survey } = this.asked;
    const item = survey.items[at];
    if (item === undefined) throw new Error("no such question");
    const row = (words: string, sound: string | undefined, kind: string, picture?: Node) => {
      const choice = h("p", { class: kind, "data-sound": sound }, picture, h("span", {}, words));
      return h("div", { class: "row" }, choice, this.hear({ words, sound, at: choice }));
    };
    const asking = this.sound(`${item.id}/question`);
    const heading = h("h1", { tabindex: -1, "data-sound": asking }, this.in(item.text));
    const period = !item.background && h("p", { class: "period", "data-sound": this.sound("period") }, this.in(survey.period));
    return h(
      "section",
      { class: "question whole-class" },
      progress(at, survey.items.length, text),
      h("div", { class: "row asking" }, number(at), h("div", {}, period, heading), this.hear({ words: this.in(item.text), sound: asking, at: heading })),
      h(
        "div",
        { class: `choices ${layout(item.options) || "several"}` },
        ...item.options.map((option, i) => row(this.in(option.text), this.sound(`${item.id}/${i + 1}`), "choice", picture(option.picture))),
      ),
      row(text.skip, this.sound("skip"), "choice skip"),
      this.actions(text.next),
    );
  }

  private ready(): HTMLElement {
    const { text, words } = this;
    return h(
      "section",
      {},
      h("h1", { tabindex: -1 }, text.readyTitle),
      h("p", {}, words.ready),
      h("p", { class: "promise" }, text.nobody),
      this.actions(text.next),
    );
  }

  private thanks(): HTMLElement {
    const { text } = this;
    return h(
      "section",
      { class: "thanks" },
      h("h1", { tabindex: -1 }, text.thanksTitle),
      h("p", {}, this.words.waitForAll),
      h("p", { class: "promise" }, h("strong", {}, text.nobody), " ", text.wantHelp),
      people(text, this.asked, "h2"),
      this.actions(""),
    );
  }

  // actions lead to the screens beside this one.
  private actions(next: string): HTMLElement {
    const { at, text } = this;
    const button = (kind: string, words: string, to: number) =>
      h("button", { type: "button", class: kind, click: () => this.go(to) }, words);
    return h("p", { class: "actions" }, at > 0 && button("back", text.back, at - 1), next !== "" && button("primary", next, at + 1));
  }

  private hear(line: Line): HTMLElement {
    return listen(this.text.hear(line.words), (button) => this.say(button, [line]));
  }

  private in(text: Words): string {
    return text[this.lang] ?? text.nb;
  }

  private sound(text: string): string | undefined {
    return soundOf(this.asked, this.lang, text);
  }
}
