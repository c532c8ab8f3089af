// A practice round for one child: what is chosen is forgotten at the end, and a
// new document is for the next child.

import type { Questions } from "../api";
import { h } from "../dom";
import { Round, unanswered } from "../round";
import { soundOf } from "../sounds";
import { words, type PracticeWords } from "./words";

export class Practice extends Round {
  constructor(
    root: HTMLElement,
    readonly questions: Questions,
  ) {
    super(root);
    this.asked = questions;
    this.sheet = { asked: questions, chosen: unanswered(questions) };
  }

  // words are those of this page alone.
  get words(): PracticeWords {
    return words[this.language] ?? words.nb;
  }

  protected get shown(): Questions {
    return this.questions;
  }

  protected get mark(): string {
    return this.words.mark;
  }

  protected showWelcome(): void {
    this.show(welcome);
  }

  finish(): void {
    this.sheet = undefined;
    this.show(done);
  }

  reset(): void {
    location.reload();
  }
}

function welcome(practice: Practice): HTMLElement {
  const { text, words, language, questions } = practice;
  return h(
    "section",
    { class: "welcome" },
    h("h1", { tabindex: -1, "data-sound": soundOf(questions, language, "title") }, questions.survey.title[language]),
    h("p", { class: "promise" }, words.lead),
    h("p", {}, text.wantHelp),
    h("p", {}, text.about(questions.survey.items.length)),
    h("p", { class: "actions" }, h("button", { type: "button", class: "primary", click: () => practice.ask(0) }, text.begin)),
  );
}

function done(practice: Practice): HTMLElement {
  const { text, words } = practice;
  return h(
    "section",
    { class: "thanks" },
    h("h1", { tabindex: -1 }, words.doneTitle),
    h("p", { class: "promise" }, h("strong", {}, words.done), " ", text.wantHelp),
    h("p", { class: "actions" }, h("button", { type: "button", class: "primary", click: () => practice.reset() }, words.again)),
  );
}
