// The buttons by which a language is chosen.

import type { Lang } from "./api";
import { h } from "./dom";
import { catalogs } from "./text";

// languages calls choose, which draws the page anew, and gives the focus back to
// the button that was tapped.
export function languages(offered: Lang[], current: Lang, choose: (lang: Lang) => void): HTMLElement {
  const button = (lang: Lang) =>
    h(
      "button",
      {
        type: "button",
        lang,
        "aria-pressed": String(lang === current),
        click: () => {
          choose(lang);
          document.querySelector<HTMLElement>(`header [lang=${lang}]`)?.focus();
        },
      },
      catalogs[lang]?.name,
    );
  return h("div", { class: "languages", role: "group", "aria-label": catalogs[current]?.language }, ...offered.map(button));
}
