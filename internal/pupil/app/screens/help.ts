// Who to talk to. Opening it sends nothing and counts nothing. Numbers and
// addresses are words, not links: a link leaves a trace on a shared tablet.

import type { Questions } from "../api";
import { h } from "../dom";
import type { Round } from "../round";
import type { Catalog } from "../text";

export function helpButton(round: Round): HTMLElement {
  return h(
    "button",
    { type: "button", class: "help", "aria-haspopup": "dialog", click: () => open(round) },
    round.text.help,
  );
}

function open(round: Round): void {
  const { text } = round;
  round.stopSpeaking();
  const dialog = h(
    "dialog",
    { "aria-labelledby": "help-title", close: () => (round.stopSpeaking(), dialog.remove()) },
    h("h2", { id: "help-title" }, text.help),
    round.hearAll(),
    h("p", { class: "voiceless", role: "status" }),
    h("p", {}, text.anyAdult),
    people(text, round.people, "h3"),
    h("p", { class: "hint" }, text.helpQuiet),
    h("form", { method: "dialog", class: "actions" }, h("button", { class: "primary" }, text.close)),
  );
  document.body.append(dialog);
  dialog.showModal();
}

// people lists the adults this school has named and the owner's help lines,
// under headings of the rank that fits the page.
export function people(text: Catalog, asked: Questions | undefined, rank: "h2" | "h3"): HTMLElement {
  const list = (title: string, lines: [string, string][]) =>
    lines.length > 0 &&
    h(
      "section",
      {},
      h(rank, {}, title),
      h("ul", {}, ...lines.map(([name, more]) => h("li", {}, h("strong", {}, name), more && ", ", more && h("bdi", {}, more)))),
    );
  return h(
    "div",
    { class: "people" },
    list(text.talkTo, (asked?.adults ?? []).map(({ name, role }) => [name, role])),
    list(text.helpLines, (asked?.helpLines ?? []).map(({ name, number, url }) => [
      name,
      [number, url?.replace(/^https?:\/\/(www\.)?|\/$/g, "")].filter(Boolean).join(" · "),
    ])),
  );
}
