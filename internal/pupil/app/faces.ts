// Pictures beside the words: faces for how it was, dots for how often. They
// support the words and never stand alone; screen readers pass them by.

import { svg } from "./dom";

const head = () => [
  svg("circle", { cx: 24, cy: 24, r: 21 }),
  svg("circle", { class: "full", cx: 17, cy: 19, r: 2.4 }),
  svg("circle", { class: "full", cx: 31, cy: 19, r: 2.4 }),
];

const mouth = (path: string) => () => [...head(), svg("path", { d: path })];

// times shows n of three days.
const times = (n: number) => () =>
  [9, 24, 39].map((cx, i) => svg("circle", { class: i < n ? "full" : "", cx, cy: 24, r: 5.4 }));

const pictures: Record<string, (() => SVGElement[]) | undefined> = {
  good: mouth("M14 29c4 7 16 7 20 0"),
  middle: mouth("M15 32h18"),
  bad: mouth("M14 35c4-7 16-7 20 0"),
  never: times(0),
  sometimes: times(1),
  often: times(3),
};

// face draws the picture a questionnaire names; one it does not know is left
// out, for the words say it all.
export function face(name: string | undefined): SVGElement | undefined {
  const draw = pictures[name ?? ""];
  return draw && svg("svg", { class: "face", viewBox: "0 0 48 48", "aria-hidden": "true" }, ...draw());
}
