// The state of the one child who answers now, and which screen shows it.
// Nothing of it is stored: it is gone when the child is done, or when the page
// is left.

import type { Asked, Lang } from "./api";
import { h } from "./dom";
import { languages } from "./languages";
import { keepApp, keptQuestions } from "./offline";
import { Outbox, type Delivery } from "./outbox";
import { ticket } from "./session";
import { linesOf, listen, listenAll, Speaker, type Line } from "./speak";
import { keepSounds } from "./sounds";
import { catalogs, offered, preferred, type Catalog } from "./text";
import { helpButton } from "./screens/help";
import { question } from "./screens/question";
import { ready } from "./screens/ready";
import { start } from "./screens/start";
import { welcome } from "./screens/welcome";

// Screen draws itself from the state. Its first h1 takes the focus.
export type Screen = (app: App) => HTMLElement;

// Sheet is what a child has been asked and has answered so far.
export interface Sheet {
  readonly code: string;
  readonly asked: Asked;
  readonly chosen: (number | undefined)[]; // one per item; 0 is "would rather not answer"
  readonly offline: boolean; // asked from what the class before had, not for this code
}

export class App {
  sheet: Sheet | undefined; // none before a code is taken and after the answers left
  sent: { readonly delivery: Delivery; readonly asked: Asked } | undefined;
  asked: Asked | undefined; // the latest, for whom to talk to; the same for all children here
  before: Asked | undefined; // what was asked here before the page was loaded
  typed = { code: "", fingerprint: "" };
  readonly outbox = new Outbox(() => (this.refresh(), this.renew()));

  // refresh brings a screen's status line up to date without redrawing.
  refresh: () => void = () => {};

  private readonly speaker = new Speaker();
  private aloud = false; // the child has had something read
  private screen: Screen = start;
  private lang: Lang = preferred();
  private langChosen = false;
  private guarded = false;
  private used = false; // a child has been here since the page was loaded
  private at = 0;
  private readonly kept = keepApp(() => this.idle);

  constructor(private readonly root: HTMLElement) {
    addEventListener("popstate", () => this.leftByBackButton());
    void keptQuestions().then((kept) => (this.before = kept));
    // The second tap of a double tap would fall on the next screen.
    const once = (event: MouseEvent) => event.detail > 1 && (event.preventDefault(), event.stopPropagation());
    addEventListener("click", once, { capture: true });
    // A page taken out of the browser's own cache is for the next child.
    addEventListener("pageshow", (event) => event.persisted && this.reset());
  }

  get text(): Catalog {
    return catalogs[this.language] ?? catalogs.nb;
  }

  // language is the child's, or the school's where what is asked is not to be
  // had in it.
  get language(): Lang {
    const { asked } = this.sheet ?? this.sent ?? {};
    return offered(asked).includes(this.lang) ? this.lang : (asked?.written ?? "nb");
  }

  get rehearsal(): boolean {
    return "rehearsal" in document.documentElement.dataset;
  }

  // begin gives the next child an empty sheet. It takes on the school's written
  // language unless the child chose one.
  begin(code: string, asked: Asked, offline: boolean): void {
    this.sheet = { code, asked, chosen: asked.survey.items.map(() => undefined), offline };
    this.asked = asked;
    this.typed = { code: "", fingerprint: "" };
    if (!this.langChosen && ["nb", "nn"].includes(this.lang)) this.lang = asked.written;
  }

  // idle tells whether the page may be loaded anew without anybody noticing.
  private get idle(): boolean {
    const waiting = this.screen === start ? this.typed.code === "" && this.typed.fingerprint === "" : this.screen === welcome && ticket() !== "";
    return waiting && this.outbox.safe;
  }

  // reset makes the page ready for the next child: the same page as before.
  reset(): void {
    this.sheet = undefined;
    this.sent = undefined;
    this.aloud = false;
    this.typed = { code: "", fingerprint: "" };
    this.lang = preferred();
    this.langChosen = false;
    if (ticket() !== "" && this.asked !== undefined) {
      this.begin(ticket(), this.asked, false);
      this.show(welcome);
    } else {
      this.show(start);
    }
    this.used = true;
    this.renew();
  }

  // renew gives each child a new document, as soon as no ballot is lost by it:
  // this one's memory, and the address it was opened with, which the browser's
  // own timings tell, go with it.
  private renew(): void {
    if (!this.used || !this.idle || !this.kept.here()) return;
    this.used = false;
    this.outbox.handOver();
    if (!this.kept.takeOver()) location.reload();
  }

  show(screen: Screen): void {
    this.screen = screen;
    this.refresh = () => {};
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
    else this.show(welcome);
  }

  // send hands the sheet over; from here on only the outbox holds it.
  send(): void {
    if (this.sheet === undefined) return;
    const { code, asked, chosen } = this.sheet;
    const delivery = this.outbox.send({ code, asked, options: chosen.map((option) => option ?? 0) });
    this.sent = { delivery, asked };
    this.sheet = undefined;
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

  private showListening(): void {
    const { survey, wholeClass } = this.asked ?? {};
    this.root.classList.toggle("aloud", this.aloud || (survey?.readAloud === true && !wholeClass));
  }

  private draw(): void {
    this.speaker.stop();
    this.showListening();
    if (this.sheet !== undefined) void keepSounds(this.sheet.asked, this.language);
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
        this.rehearsal && h("p", { class: "rehearsal" }, this.text.rehearsal),
      ),
      h("main", {}, this.screen(this)),
      h("footer", {}, helpButton(this)),
    );
  }

  private languageButtons(): HTMLElement {
    return languages(offered((this.sheet ?? this.sent)?.asked), this.language, (lang) => {
      this.lang = lang;
      this.langChosen = true;
      this.draw();
    });
  }

  // The browser's back button steps back one question instead of leaving. One
  // empty history entry is enough for that; it names nothing.
  private guard(): void {
    if (this.guarded) return;
    history.pushState(null, "", "/");
    this.guarded = true;
  }

  private leftByBackButton(): void {
    this.guarded = false;
    if (this.sheet !== undefined && this.screen !== welcome) this.back();
  }
}
