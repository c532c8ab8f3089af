// Pictures beside the words: faces for how it was, dots for how often, and the
// places of a school day. They support the words and never stand alone; screen
// readers pass them by.

import { svg } from "./dom";

type Draw = () => SVGElement[];

const circle = (cx: number, cy: number, r: number, kind = "") => svg("circle", { class: kind, cx, cy, r });
const line = (d: string) => svg("path", { d });

const face = (mouth: string): Draw => () => [circle(24, 24, 21), circle(17, 19, 2.4, "full"), circle(31, 19, 2.4, "full"), line(mouth)];

// times shows n of three days.
const times = (n: number): Draw => () => [9, 24, 39].map((cx, i) => circle(cx, 24, 5.4, i < n ? "full" : ""));

const pictures: Record<string, Draw | undefined> = {
  good: face("M14 29c4 7 16 7 20 0"),
  middle: face("M15 32h18"),
  bad: face("M14 35c4-7 16-7 20 0"),
  never: times(0),
  sometimes: times(1),
  often: times(3),
  // arms in the air
  everywhere: () => [circle(24, 11, 6), line("M10 14l8 9h12l8-9M18 23v21M30 23v21M24 34v10")],
  // a board with letters, and a desk before it
  classroom: () => [line("M6 6h36v22H6zM13 22l4-10 4 10M14.5 19h5M26 13h9M26 20h6M12 36h24M15 36v8M33 36v8")],
  // doors on both sides, and one far away
  corridor: () => [line("M5 5l13 12v14L5 43M43 5L30 17v14l13 12M18 17h12M18 31h12M10 39V17l5 4v13M38 39V17l-5 4v13")],
  // a shower
  changing_room: () => [line("M10 44V14a8 8 0 0 1 16 0v4M18 22a8 4 0 0 1 16 0zM20 28v3M26 28v3M32 28v3M18 36v3M26 36v3M34 36v3")],
  toilets: () => [line("M9 5h10v17H9zM9 22h30c0 9-6 13-14 13v8H12v-9c-2-3-3-7-3-12z")],
  // a tree and a ball
  outside: () => [circle(17, 17, 12), line("M17 20v23M17 28l6-6M5 43h38"), circle(36, 37, 6)],
  // a road to a house with a flag
  way_to_school: () => [line("M5 44c0-13 21-9 21-20M19 44c0-9 16-9 16-20M20 24V13l11-7 11 7v11zM31 24v-7")],
  other_place: () => [circle(24, 24, 21), line("M17 19a7 7 0 1 1 10 6c-2 1-3 2-3 4"), circle(24, 35, 1.4, "full")],
};

// picture draws what a questionnaire names; one it does not know is left out,
// for the words say it all.
export function picture(name: string | undefined): SVGElement | undefined {
  const draw = pictures[name ?? ""];
  return draw && svg("svg", { class: "picture", viewBox: "0 0 48 48", "aria-hidden": "true" }, ...draw());
}
