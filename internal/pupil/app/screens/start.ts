// Getting in: a code from the slip or the board, and the fingerprint of the keys
// that goes with it until this tablet has seen it once.

import { post, Refusal, wellFormed, type Asked, type Reply } from "../api";
import type { App } from "../app";
import { boardLength, clean, codeLength, fingerprintLength, isCode, isFingerprint } from "../code";
import { h } from "../dom";
import { pinned, trust } from "../keys";
import { keepQuestions, keptQuestions } from "../offline";
import { join, leave, ticket } from "../session";
import { why } from "../text";
import { thisWave } from "../week";
import { unsent } from "./unsent";

type Field = "code" | "fingerprint";

class Mistake extends Error {
  constructor(
    readonly field: Field,
    message: string,
  ) {
    super(message);
  }
}

let askFingerprint = false;

export function start(app: App): HTMLElement {
  const { text } = app;
  const field = (name: Field, label: string, hint: string, size: number) =>
    h(
      "p",
      { class: "field" },
      h("label", { for: name }, label),
      h("span", { id: `${name}-hint`, class: "hint" }, hint),
      h("input", {
        id: name,
        name,
        value: app.typed[name],
        size: size + 4,
        maxlength: 64,
        "aria-describedby": `${name}-hint ${name}-mistake`,
        autocomplete: "off",
        autocapitalize: "characters",
        autocorrect: "off",
        spellcheck: "false",
        enterkeyhint: "go",
        input: (event) => {
          app.typed[name] = (event.target as HTMLInputElement).value;
        },
      }),
      h("span", { id: `${name}-mistake`, class: "mistake", role: "alert" }),
    );

  return h(
    "form",
    {
      class: "start",
      novalidate: true,
      autocomplete: "off",
      submit: (event) => {
        event.preventDefault();
        void enter(app);
      },
    },
    h("h1", { tabindex: -1 }, text.startTitle),
    h("p", {}, text.startLead),
    field("code", text.code, text.codeHint, codeLength),
    (askFingerprint || pinned() === "") && field("fingerprint", text.fingerprint, text.fingerprintHint, fingerprintLength),
    h("p", { class: "actions" }, h("button", { class: "primary" }, text.enter)),
    unsent(app),
    h("p", { class: "promise" }, text.nobody),
  );
}

// enter looks up what the code is for and goes on, or says beside the field
// what is wrong with it.
export async function enter(app: App): Promise<void> {
  const form = document.querySelector<HTMLFormElement>("form.start");
  const button = form?.querySelector<HTMLButtonElement>("button.primary");
  if (!form || !button || button.getAttribute("aria-disabled") === "true") return;
  for (const old of form.querySelectorAll(".mistake")) old.textContent = "";
  for (const old of form.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");

  button.setAttribute("aria-disabled", "true");
  button.textContent = app.text.entering;
  try {
    const { code, asked, offline } = await open(app);
    askFingerprint = false;
    app.outbox.lost = "";
    app.begin(code, asked, offline);
    app.welcome();
  } catch (error) {
    button.removeAttribute("aria-disabled");
    button.textContent = app.text.enter;
    const mistake = error instanceof Mistake ? error : new Mistake("code", why(app.text, outcomeOf(error)));
    complain(app, mistake);
  }
}

// open checks all that can be checked here before it asks the server, and the
// server's keys before it believes the server. By a code on the board the tablet
// joins, and goes on by the ticket.
async function open(app: App): Promise<{ code: string; asked: Asked; offline: boolean }> {
  const { text } = app;
  const code = clean(app.typed.code);
  const typed = clean(app.typed.fingerprint);
  if (code.length !== codeLength && code.length !== boardLength) throw new Mistake("code", text.codeShort(code.length));
  if (!isCode(code)) throw new Mistake("code", text.codeMistyped);
  if (!isFingerprint(typed !== "" ? typed : pinned())) throw new Mistake("fingerprint", text.fingerprintMistyped);

  try {
    const { ticket, asked } = await lookUp(app, code, typed);
    if (ticket === undefined) leave();
    else join(ticket);
    return { code: ticket ?? code, asked, offline: false };
  } catch (error) {
    // Where there is no contact, a class that has been asked here this week is
    // asked the same again: the code is tried when the answers are sent.
    const asked = outcomeOf(error) === "unavailable" && code.length === codeLength ? await keptAsked(app) : undefined;
    if (asked === undefined) throw error;
    if (!(await trust(asked.keys, typed))) throw new Mistake("fingerprint", text.fingerprintWrong);
    return { code, asked: { ...asked, wholeClass: false }, offline: true }; // a slip follows no board
  }
}

// lookUp asks what a code, or a ticket, is for, and believes only keys that were
// printed.
async function lookUp(app: App, code: string, printed: string): Promise<{ ticket: string | undefined; asked: Asked }> {
  const { ticket, ...asked } = await post<Reply>("/api/code", { code });
  if (!wellFormed(asked)) throw new Refusal("internal");
  if (!(await trust(asked.keys, printed))) throw new Mistake("fingerprint", app.text.fingerprintWrong);
  void keepQuestions(asked);
  return { ticket, asked };
}

// keptAsked is what the class was asked here last, if that was this week. A
// rehearsal's weeks are not those of the calendar.
async function keptAsked(app: App): Promise<Asked | undefined> {
  const asked = await keptQuestions();
  return asked !== undefined && (asked.info.wave === thisWave() || app.rehearsal) ? asked : undefined;
}

// resume goes on in the class session that the tablet has joined, as for each
// new child; whether there is a place is asked when the child begins.
export async function resume(app: App): Promise<void> {
  try {
    const asked = (await keptAsked(app)) ?? (await lookUp(app, ticket(), "")).asked;
    app.begin(ticket(), asked, false);
    app.welcome();
  } catch {
    leave(); // the code on the board brings it back
  }
}

// takePlace says why the next child can not begin, or nothing. Without a network
// the child begins: the place is taken when the answers are sent.
export async function takePlace(app: App): Promise<string> {
  try {
    const { asked } = await lookUp(app, ticket(), "");
    app.begin(ticket(), asked, false);
    return "";
  } catch (error) {
    if (error instanceof Mistake) return error.message;
    return outcomeOf(error) === "unavailable" ? "" : why(app.text, outcomeOf(error));
  }
}

function complain(app: App, { field, message }: Mistake): void {
  if (field === "fingerprint" && !document.getElementById("fingerprint")) {
    askFingerprint = true; // the keys may be new: the slip decides
    app.show(start);
  }
  const input = document.getElementById(field);
  const place = document.getElementById(`${field}-mistake`);
  if (place) place.textContent = message;
  input?.setAttribute("aria-invalid", "true");
  input?.focus();
}

function outcomeOf(error: unknown): string {
  return error instanceof Refusal ? error.outcome : "internal";
}
