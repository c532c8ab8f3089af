// The state of the one child who answers now, for real: the code that lets the
// child in, and where the answers go. Nothing of it is stored: it is gone when
// the child is done, or when the page is left.

import type { Asked } from "./api";
import { keepApp, keptQuestions } from "./offline";
import { Outbox, type Delivery } from "./outbox";
import { Round, unanswered, type Screen, type Sheet } from "./round";
import { ticket } from "./session";
import { keepSounds } from "./sounds";
import { start } from "./screens/start";
import { thanks } from "./screens/thanks";
import { welcome } from "./screens/welcome";

// Entered is the sheet of a child who came in by a code.
export interface Entered extends Sheet {
  readonly code: string;
  readonly asked: Asked;
  readonly offline: boolean; // asked from what the class before had, not for this code
}

export class App extends Round {
  declare sheet: Entered | undefined; // none before a code is taken and after the answers left
  declare asked: Asked | undefined; // the same for all children here
  sent: { readonly delivery: Delivery; readonly asked: Asked } | undefined;
  before: Asked | undefined; // what was asked here before the page was loaded
  lettingIn = false; // a child has tapped Start, and waits
  typed = { code: "", fingerprint: "" };
  readonly outbox = new Outbox(() => (this.refresh(), this.renew()));

  // refresh brings a screen's status line up to date without redrawing.
  refresh: () => void = () => {};

  private screen: unknown = start; // which one is shown
  private used = false; // a child has been here since the page was loaded
  private readonly kept = keepApp(() => this.idle);

  constructor(root: HTMLElement) {
    super(root);
    void keptQuestions().then((kept) => (this.before = kept));
  }

  protected get shown(): Asked | undefined {
    return (this.sheet ?? this.sent)?.asked;
  }

  override get people(): Asked | undefined {
    return this.asked ?? this.before;
  }

  get rehearsal(): boolean {
    return "rehearsal" in document.documentElement.dataset;
  }

  protected get mark(): string {
    return this.rehearsal ? this.text.rehearsal : "";
  }

  // begin gives the next child an empty sheet. It takes on the school's written
  // language unless the child chose one.
  begin(code: string, asked: Asked, offline: boolean): void {
    this.sheet = { code, asked, chosen: unanswered(asked), offline };
    this.asked = asked;
    this.typed = { code: "", fingerprint: "" };
    if (!this.langChosen && ["nb", "nn"].includes(this.lang)) this.lang = asked.written;
  }

  // idle tells whether the page may be loaded anew without anybody noticing.
  private get idle(): boolean {
    const waiting = this.screen === start ? this.typed.code === "" && this.typed.fingerprint === "" : this.screen === welcome && ticket() !== "" && !this.lettingIn;
    return waiting && this.outbox.safe;
  }

  // reset makes the page ready for the next child: the same page as before.
  reset(): void {
    this.sheet = undefined;
    this.sent = undefined;
    this.typed = { code: "", fingerprint: "" };
    this.forgetWishes();
    if (ticket() !== "" && this.asked !== undefined) {
      this.begin(ticket(), this.asked, false);
      this.welcome();
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
    if (this.kept.takeOver()) return;
    document.body.inert = true; // a tap now would be lost
    location.reload();
  }

  override show(screen: Screen<this>): void {
    this.screen = screen;
    this.refresh = () => {};
    super.show(screen);
  }

  protected showWelcome(): void {
    this.show(welcome);
  }

  // finish hands the sheet over; from here on only the outbox holds it.
  finish(): void {
    if (this.sheet === undefined) return;
    const { code, asked, chosen } = this.sheet;
    const delivery = this.outbox.send({ code, asked, options: chosen.map((option) => option ?? 0) });
    this.sent = { delivery, asked };
    this.sheet = undefined;
    this.show(thanks);
  }

  protected override draw(): void {
    if (this.sheet !== undefined) void keepSounds(this.sheet.asked, this.language);
    super.draw();
  }
}
