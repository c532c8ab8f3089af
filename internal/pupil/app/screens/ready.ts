// After the last question: a moment to go back before the answers leave.

import { h } from "../dom";
import type { Round } from "../round";

export function ready(round: Round): HTMLElement {
  const { text, sheet } = round;
  if (sheet === undefined) throw new Error("no sheet");
  return h(
    "section",
    { class: "ready" },
    h("h1", { tabindex: -1 }, text.readyTitle),
    h("p", {}, text.readyLead),
    h("p", { class: "promise" }, text.nobody),
    h(
      "p",
      { class: "actions" },
      h("button", { type: "button", class: "back", click: () => round.back() }, text.back),
      h(
        "button",
        { type: "button", class: "primary", click: () => round.finish() },
        text.send,
      ),
    ),
  );
}
