// The board opens here, by a link from the page of the class session. The code
// leaves the address at once. It is used to ask for the questions, as a tablet
// does that joins, and takes no place; a page that is loaded anew has kept what
// it got.

import { post, Refusal, wellFormed, type Asked, type Reply } from "../api";
import { fromLink, isCode } from "../code";
import { h } from "../dom";
import { catalogs, preferred, why } from "../text";
import { Board } from "./board";
import { words } from "./words";

const name = "folgmed-board";

function keep(asked: Asked): void {
  try {
    sessionStorage.setItem(name, JSON.stringify(asked));
  } catch {
    // storage is switched off: the page is opened anew from the session's
  }
}

function kept(): Asked | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(name) ?? "null") as Asked | null) ?? undefined;
  } catch {
    return undefined;
  }
}

async function lookUp(code: string): Promise<Asked> {
  const { ticket: _, ...asked } = await post<Reply>("/api/code", { code });
  if (!wellFormed(asked)) throw new Refusal("internal");
  keep(asked);
  return asked;
}

const lang = preferred();
const text = catalogs[lang] ?? catalogs.nb;
const own = words[lang] ?? words.nb;

// say stands there until there are questions to show.
function say(lead: string, retry?: () => void): void {
  const again = retry && h("button", { type: "button", class: "primary", click: retry }, own.retry);
  document.documentElement.lang = lang;
  document.documentElement.dir = text.dir;
  document.body.replaceChildren(
    h("main", {}, h("section", {}, h("h1", { tabindex: -1 }, own.gone), h("p", { role: "status" }, lead), again && h("p", { class: "actions" }, again))),
  );
}

async function open(code: string): Promise<void> {
  say(own.entering);
  try {
    new Board(document.body, await lookUp(code)).show();
  } catch (error) {
    const away = error instanceof Refusal && error.passing;
    say(away ? why(text, "unavailable") : own.notOpen, () => void open(code));
  }
}

// start takes a code out of the address. Numbers of screens stay there.
function start(): void {
  const code = fromLink(location.hash)?.code ?? "";
  const before = kept();
  if (isCode(code)) {
    history.replaceState(null, "", "/board");
    void open(code);
  } else if (before !== undefined) {
    new Board(document.body, before).show();
  } else {
    say(own.goneLead);
  }
}

// The link of another session, followed in the same tab.
addEventListener("hashchange", () => isCode(fromLink(location.hash)?.code ?? "") && location.reload());
start();
