// What the next child, or the teacher, must know of the answers before: that
// they are still here, or that they were not delivered.

import type { App } from "../app";
import { h } from "../dom";
import { why } from "../text";

export function unsent(app: App): HTMLElement {
  const { text } = app;
  const line = h("p", { class: "unsent", role: "status" });
  app.refresh = () => {
    const { unsent: something, safe, lost, held } = app.outbox;
    const kept = [text.unsent, !safe && text.keepOpen, held !== "" && why(text, held)].filter(Boolean).join(" ");
    line.textContent = something ? kept : lost !== "" ? `${text.notDelivered} ${why(text, lost)}` : "";
  };
  app.refresh();
  return line;
}
