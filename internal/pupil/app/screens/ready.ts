// After the last question: a moment to go back before the answers leave.

import type { App } from "../app";
import { h } from "../dom";
import { thanks } from "./thanks";

export function ready(app: App): HTMLElement {
  const { text, sheet } = app;
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
      h("button", { type: "button", class: "back", click: () => app.back() }, text.back),
      h(
        "button",
        {
          type: "button",
          class: "primary",
          click: () => {
            app.send();
            app.show(thanks);
          },
        },
        text.send,
      ),
    ),
  );
}
