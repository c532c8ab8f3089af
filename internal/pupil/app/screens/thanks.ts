// The thank-you page comes at once. "Delivered" comes with the receipt.

import type { App } from "../app";
import { h } from "../dom";
import { why } from "../text";
import { people } from "./help";

export function thanks(app: App): HTMLElement {
  const { text, sent } = app;
  if (sent === undefined) throw new Error("nothing sent");
  const status = h("p", { class: "status", role: "status" });
  app.refresh = () => {
    const { status: is, outcome } = sent.delivery;
    status.dataset["status"] = is;
    const open = is !== "delivered" && !app.outbox.safe && ` ${text.keepOpen}`;
    status.textContent = is === "refused" ? `${text.notDelivered} ${why(text, outcome)}` : text[is] + (outcome && ` ${why(text, outcome)}`) + (open || "");
  };
  app.refresh();
  return h(
    "section",
    { class: "thanks" },
    h("h1", { tabindex: -1 }, text.thanksTitle),
    status,
    h("p", { class: "promise" }, h("strong", {}, text.nobody), " ", text.wantHelp),
    people(text, sent.asked, "h2"),
    h("p", { class: "actions" }, h("button", { type: "button", class: "primary", click: () => app.reset() }, text.done)),
  );
}
