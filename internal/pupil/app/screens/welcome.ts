// What this is, for whom, and the promise; and all that the ballot will be
// bound to, so that nothing in it is hidden. On a tablet that has joined a class
// session this is where each child begins.

import type { Info } from "../api";
import type { App } from "../app";
import { h } from "../dom";
import { leave, ticket } from "../session";
import { soundOf } from "../sounds";
import { weekOf } from "../week";
import { takePlace } from "./start";
import { unsent } from "./unsent";

export function welcome(app: App): HTMLElement {
  const { text, language, sheet } = app;
  if (sheet === undefined) throw new Error("no sheet");
  const { info, schoolName, survey, wholeClass } = sheet.asked;
  const { week } = weekOf(info.wave);
  const joined = ticket() !== "";
  const refused = h("p", { class: "mistake", role: "alert" });
  const begin = async (button: HTMLElement) => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    app.lettingIn = true;
    refused.textContent = joined ? await takePlace(app) : "";
    app.lettingIn = false;
    button.removeAttribute("aria-disabled");
    if (refused.textContent === "" && app.sheet !== undefined) app.ask(0);
  };
  return h(
    "section",
    { class: "welcome" },
    h("p", { class: "where" }, `${schoolName} · ${info.class} · ${text.week.toLowerCase()} ${week}`),
    h("h1", { tabindex: -1, "data-sound": soundOf(sheet.asked, language, "title") }, survey.title[language]),
    h("p", { class: "promise" }, h("strong", {}, text.nobody), " ", text.nobodyElse),
    sheet.offline && h("p", { class: "offline", role: "status" }, text.offline(info.class)),
    h("p", {}, text.wantHelp),
    h("p", {}, text.about(survey.items.length)),
    wholeClass && h("p", {}, text.followBoard),
    ballot(app, info, schoolName),
    h(
      "p",
      { class: "actions" },
      joined
        ? h("button", { type: "button", class: "back", click: () => (leave(), app.reset()) }, text.otherCode)
        : h("button", { type: "button", class: "back", click: () => app.reset() }, text.back),
      h(
        "button",
        { type: "button", class: "primary", click: (event) => void begin(event.currentTarget as HTMLElement) },
        text.begin,
      ),
    ),
    refused,
    joined && unsent(app),
  );
}

function ballot({ text }: App, info: Info, schoolName: string): HTMLElement {
  const { week, year } = weekOf(info.wave);
  const rows: [string, string][] = [
    [text.school, schoolName],
    [text.class, info.class],
    [text.week, text.weekOf(week, year)],
    [text.questionnaire, text.versionOf(info.questionnaire, info.version)],
    [text.attempt, String(info.attempt)],
    [text.numbers, `${info.owner} · ${info.school} · ${info.wave}`],
  ];
  return h(
    "details",
    {},
    h("summary", {}, text.ballot),
    h("p", {}, text.ballotSame),
    h("dl", {}, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
  );
}
