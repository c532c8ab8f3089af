// One question a screen. Every question looks and behaves alike, whatever is
// answered; what is chosen shows as a small dot, not as a colour that could be
// read from the next chair.

import type { Item, Words } from "../api";
import { h, svg } from "../dom";
import { picture } from "../pictures";
import type { Screen } from "../round";
import { soundOf } from "../sounds";
import type { Catalog } from "../text";

export function question(at: number): Screen {
  return (round) => {
    const { text, language, sheet } = round;
    const item = sheet?.asked.survey.items[at];
    if (sheet === undefined || item === undefined) throw new Error("no such question");
    const { survey, wholeClass = false } = sheet.asked;

    const words = (text: Words) => text[language] ?? text.nb;
    const asking = soundOf(sheet.asked, language, `${item.id}/question`);
    const hint = h("p", { class: "mistake", role: "alert" });
    const sound = (text: string) => soundOf(sheet.asked, language, text);
    const choice = (option: number, words: string, recorded: string | undefined, picture?: Node) =>
      h(
        "div",
        { class: "row" },
        h(
          "label",
          { class: option === 0 ? "choice skip" : "choice", "data-sound": recorded },
          h("input", {
            type: "radio",
            name: "choice",
            value: option,
            checked: sheet.chosen[at] === option,
            change: () => {
              sheet.chosen[at] = option;
              hint.textContent = "";
            },
          }),
          picture,
          h("span", {}, words),
        ),
        round.hear({ words, sound: recorded }),
      );

    return h(
      "form",
      {
        class: wholeClass ? "question whole-class" : "question",
        autocomplete: "off",
        submit: (event) => {
          event.preventDefault();
          if (sheet.chosen[at] !== undefined) return round.ask(at + 1);
          hint.textContent = text.choose;
        },
      },
      progress(at, survey.items.length, text, wholeClass ? number(at) : undefined),
      h(
        "fieldset",
        {},
        h(
          "legend",
          {},
          !item.background && h("span", { class: "period", "data-sound": sound("period") }, words(survey.period)),
          h("h1", { tabindex: -1, "data-sound": asking }, words(item.text)),
        ),
        round.hear({ words: words(item.text), sound: asking }),
        h(
          "div",
          { class: `choices ${layout(item.options)}` },
          ...item.options.map((option, i) => choice(i + 1, words(option.text), sound(`${item.id}/${i + 1}`), picture(option.picture))),
        ),
        choice(0, text.skip, sound("skip")),
      ),
      hint,
      h(
        "p",
        { class: "actions" },
        h("button", { type: "button", class: "back", click: () => round.back() }, text.back),
        h("button", { class: "primary" }, text.next),
      ),
    );
  };
}

// layout stands pictures side by side, and folds a long list into two columns.
export function layout(options: Item["options"]): string {
  if (options.length <= 3 && options.every((option) => option.picture)) return "few";
  return options.length > 6 ? "many" : "";
}

// number stands large where a class follows the board: who does not read yet sees
// by it that board and tablet are at the same question.
export function number(at: number): HTMLElement {
  return h("strong", { class: "number", "aria-hidden": "true" }, String(at + 1));
}

// progress draws stepping stones to a flag: behind, under and before one's feet.
export function progress(at: number, of: number, text: Catalog, large?: Node): HTMLElement {
  const gap = 24;
  const stones = Array.from({ length: of }, (_, i) =>
    svg("circle", {
      cx: 12 + i * gap,
      cy: 12,
      r: i === at ? 8 : 5,
      class: i < at ? "behind" : i === at ? "here" : "ahead",
    }),
  );
  const end = of * gap;
  return h(
    "p",
    { class: "progress" },
    large,
    svg(
      "svg",
      { viewBox: `0 0 ${end + 24} 24`, "aria-hidden": "true" },
      ...stones,
      svg("path", { class: "flag", d: `M${end + 6} 21V4l11 4.5-11 4.5` }),
    ),
    h("span", {}, text.progress(at + 1, of)),
  );
}
