// The practice round opens here: the real questions, on the real screens. It takes
// no code, and has nothing that could keep an answer or send one: all it asks the
// server for is the questions of all grades, and recordings of those of the grade
// that its address names after the #.

import { get, type Questions } from "../api";
import { h } from "../dom";
import { catalogs, preferred, why } from "../text";
import { Practice } from "./practice";
import { words } from "./words";

interface Rounds {
  rounds: { fromGrade: number; toGrade: number; survey: Questions["survey"] }[];
}

async function open(): Promise<void> {
  const grade = Number(location.hash.slice(1));
  try {
    const { rounds } = await get<Rounds>("/api/practice");
    const round = rounds.find(({ fromGrade, toGrade }) => fromGrade <= grade && grade <= toGrade);
    if (round === undefined) say(ownWords.whichGrade);
    else new Practice(document.body, round).welcome();
  } catch {
    say(why(text, "unavailable"));
  }
}

const lang = preferred();
const text = catalogs[lang] ?? catalogs.nb;
const ownWords = words[lang] ?? words.nb;

// say stands there where there are no questions to show.
function say(lead: string): void {
  const again = h("button", { type: "button", class: "primary", click: () => location.reload() }, ownWords.retry);
  document.documentElement.lang = lang;
  document.documentElement.dir = text.dir;
  document.body.replaceChildren(
    h("main", {}, h("section", {}, h("h1", { tabindex: -1 }, ownWords.practice), h("p", { role: "status" }, lead), h("p", { class: "actions" }, again))),
  );
}

// The link of another grade, followed in the same tab.
addEventListener("hashchange", () => location.reload());
void open();
