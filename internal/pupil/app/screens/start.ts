// Getting in: a code from the slip, and the fingerprint of the keys that goes
// with it until this tablet has seen it once.

import { get, post, Refusal, wellFormed, type Asked } from "../api";
import type { App } from "../app";
import { fingerprintOfKeys, leads, type Chain } from "../chain";
import { clean, codeLength, fingerprintLength, isCode, isFingerprint } from "../code";
import { h } from "../dom";
import { keepQuestions, keptQuestions } from "../offline";
import { why } from "../text";
import { thisWave } from "../week";
import { welcome } from "./welcome";

// The fingerprint belongs to the installation, not to a child; it is the only
// thing that this page ever stores.
const pinName = "folgmed-keys";

function pinned(): string {
  try {
    return localStorage.getItem(pinName) ?? "";
  } catch {
    return ""; // storage is switched off: it is typed each time
  }
}

function pin(fingerprint: string): void {
  try {
    localStorage.setItem(pinName, fingerprint);
  } catch {
    // as above
  }
}

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

  const unsent = h("p", { class: "unsent", role: "status" });
  app.refresh = () => {
    const { unsent: something, safe, lost } = app.outbox;
    const kept = safe ? text.unsent : `${text.unsent} ${text.keepOpen}`;
    unsent.textContent = something ? kept : lost !== "" ? `${text.notDelivered} ${why(text, lost)}` : "";
  };
  app.refresh();

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
    unsent,
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
    const { asked, offline } = await open(app);
    askFingerprint = false;
    app.outbox.lost = "";
    app.begin({ code: clean(app.typed.code), asked, chosen: asked.survey.items.map(() => undefined), offline });
    app.show(welcome);
  } catch (error) {
    button.removeAttribute("aria-disabled");
    button.textContent = app.text.enter;
    const mistake = error instanceof Mistake ? error : new Mistake("code", why(app.text, outcomeOf(error)));
    complain(app, mistake);
  }
}

// open checks all that can be checked here before it asks the server, and the
// server's keys before it believes the server.
async function open(app: App): Promise<{ asked: Asked; offline: boolean }> {
  const { text } = app;
  const code = clean(app.typed.code);
  const typed = clean(app.typed.fingerprint);
  const expected = typed !== "" ? typed : pinned();
  if (code.length !== codeLength) throw new Mistake("code", text.codeShort(code.length));
  if (!isCode(code)) throw new Mistake("code", text.codeMistyped);
  if (!isFingerprint(expected)) throw new Mistake("fingerprint", text.fingerprintMistyped);

  const { asked, offline } = await ask(app, code);
  if (!wellFormed(asked)) throw new Refusal("internal");
  const fingerprint = await fingerprintOfKeys(asked.keys);
  // What is printed decides; what is only remembered may be of an earlier year.
  const known = fingerprint === expected || (typed === "" && (await leads(await get<Chain>("/keys.json"), expected, fingerprint)));
  if (!known) throw new Mistake("fingerprint", text.fingerprintWrong);
  pin(fingerprint);
  if (!offline) void keepQuestions(asked);
  return { asked, offline };
}

// ask looks the code up. Where there is no contact, a class that has been asked
// here this week is asked the same again: the code is tried when the answers
// are sent. A rehearsal's weeks are not those of the calendar.
async function ask(app: App, code: string): Promise<{ asked: Asked; offline: boolean }> {
  try {
    return { asked: await post<Asked>("/api/code", { code }), offline: false };
  } catch (error) {
    const asked = outcomeOf(error) === "unavailable" ? await keptQuestions() : undefined;
    if (asked === undefined || (asked.info.wave !== thisWave() && !app.rehearsal)) throw error;
    return { asked, offline: true };
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
