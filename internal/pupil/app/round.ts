// One round of the questions: what is asked and chosen, and the screen that shows
// and reads it. It keeps nothing and knows no way to send anything: that is for
// who extends it.

import type { Lang, Questions } from "./api";
import { h } from "./dom";
import { languages } from "./languages";
import { linesOf, listen, listenAll, Speaker, type Line } from "./speak";
import { catalogs, offered, preferred, type Catalog } from "./text";
import { helpButton } from "./screens/help";
import { question } from "./screens/question";
import { ready } from "./screens/ready";

// Screen draws itself from the state. Its first h1 takes the focus.
export type Screen<R extends Round = Round> = (round: R) => HTMLElement;

// Sheet is what a child has been asked and has answered so far.
export interface Sheet {
  readonly asked: Questions;
  readonly chosen: (number | undefined)[]; // one per item; 0 is "would rather not answer"
}

export const unanswered = (asked: Questions): Sheet["chosen"] => asked.survey.items.map(() => undefined);

const notBegun = -1; // where no question is asked yet

export abstract class Round {
  sheet: Sheet | undefined; // none where nobody is being asked
  asked: Questions | undefined; // the latest

  protected lang: Lang = preferred();
  protected langChosen = false;
  private readonly speaker = new Speaker();
  private aloud = false; // the child has had something read
  private content = (): HTMLElement => h("section", {}); // of the screen
  private guarded = false;
  private at = notBegun; // which question

  constructor(private readonly root: HTMLElement) {
    addEventListener("popstate", () => this.leftByBackButton());
    // The second tap of a double tap would fall on the next screen.
    const once = (event: MouseEvent) => event.detail > 1 && (event.preventDefault(), event.stopPropagation());
    addEventListener("click", once, { capture: true });
    // A page taken out of the browser's own cache is for the next child.
    addEventListener("pageshow", (event) => event.persisted && this.reset());
  }

  protected abstract showWelcome(): void;

  // finish is what the child's last tap does with the answers.
  abstract finish(): void;

  // reset makes the page ready for the next child: the same page as before.
  abstract reset(): void;

  // shown is what the screen is of, if it is of a questionnaire.
  protected abstract get shown(): Questions | undefined;

  // mark stands on every screen of what is not for real.
  protected abstract get mark(): string;

  // people are whom a child here can talk to.
  get people(): Questions | undefined {
    return this.asked;
  }

  get text(): Catalog {
    return catalogs[this.language] ?? catalogs.nb;
  }

  // language is the child's, or the school's where what is asked is not to be
  // had in it.
  get language(): Lang {
    const { shown } = this;
    return offered(shown).includes(this.lang) ? this.lang : (shown?.written ?? "nb");
  }

  show(screen: Screen<this>): void {
    this.content = () => screen(this);
    this.draw();
    scrollTo(0, 0);
    this.root.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  // ask shows item number at, or the last screen when all have been shown.
  ask(at: number): void {
    this.at = at;
    this.guard();
    this.show(at < (this.sheet?.asked.survey.items.length ?? 0) ? question(at) : ready);
  }

  back(): void {
    if (this.at > 0) this.ask(this.at - 1);
    else this.welcome();
  }

  // welcome shows the screen before the first question.
  welcome(): void {
    this.at = notBegun;
    this.showWelcome();
  }

  // say reads to the child who tapped the button. From then on every question
  // and option has a button of its own; the youngest have them from the start,
  // unless the board reads to all of them.
  say(button: HTMLElement, lines: Line[]): void {
    this.aloud = true;
    this.showListening();
    const place = button.closest("dialog, body")?.querySelector(".voiceless");
    if (place) place.textContent = "";
    void this.speaker.say(button, this.language, lines, () => place && (place.textContent = this.text.noVoice));
  }

  // stopSpeaking is for what comes over the screen and goes again.
  stopSpeaking(): void {
    this.speaker.stop();
  }

  // hear is a button for one text.
  hear(line: Line): HTMLElement {
    return listen(this.text.hear(line.words), (button) => this.say(button, [line]));
  }

  // hearAll is a button for all that stands on the screen, or in the dialog.
  hearAll(): HTMLElement {
    return listenAll(this.text.readAloud, (button) => {
      const within = button.closest("dialog") ?? this.root.querySelector("main");
      if (within) this.say(button, linesOf(within));
    });
  }

  // forgetWishes goes back to the device's language, unread.
  protected forgetWishes(): void {
    this.aloud = false;
    this.lang = preferred();
    this.langChosen = false;
  }

  private showListening(): void {
    const { survey, wholeClass } = this.asked ?? {};
    this.root.classList.toggle("aloud", this.aloud || (survey?.readAloud === true && !wholeClass));
  }

  protected draw(): void {
    this.speaker.stop();
    this.showListening();
    document.documentElement.lang = this.language;
    document.documentElement.dir = this.text.dir;
    this.root.replaceChildren(
      h(
        "header",
        {},
        h("span", { class: "brand" }, "Følgmed"),
        this.hearAll(),
        this.languageButtons(),
        h("p", { class: "voiceless", role: "status" }),
        this.mark !== "" && h("p", { class: "rehearsal" }, this.mark),
      ),
      h("main", {}, this.content()),
      h("footer", {}, helpButton(this)),
    );
  }

  private languageButtons(): HTMLElement {
    return languages(offered(this.shown), this.language, (lang) => {
      this.lang = lang;
      this.langChosen = true;
      this.draw();
    });
  }

  // The browser's back button steps back one question instead of leaving. One
  // more history entry of the same address is enough for that; it names nothing.
  private guard(): void {
    if (this.guarded) return;
    history.pushState(null, "");
    this.guarded = true;
  }

  private leftByBackButton(): void {
    this.guarded = false;
    if (this.sheet !== undefined && this.at !== notBegun) this.back();
  }
}
