// Faces beside the words, drawn in one line and one colour. They support the
// words and never stand alone; they are hidden from screen readers.

import { svg } from "./dom";

// mouths by name: the path of the mouth in a face of 48 × 48.
const mouths: Record<string, string | undefined> = {
  very_happy: "M13 27c2 11 20 11 22 0z",
  happy: "M14 29c4 7 16 7 20 0",
  neutral: "M15 32h18",
  sad: "M14 35c4-7 16-7 20 0",
  very_sad: "M13 37c3-11 19-11 22 0",
};

export function face(name: string | undefined): SVGElement | undefined {
  const mouth = name === undefined ? undefined : mouths[name];
  if (mouth === undefined) return undefined;
  return svg(
    "svg",
    { class: "face", viewBox: "0 0 48 48", "aria-hidden": "true" },
    svg("circle", { cx: 24, cy: 24, r: 21 }),
    svg("circle", { class: "eye", cx: 17, cy: 19, r: 2.4 }),
    svg("circle", { class: "eye", cx: 31, cy: 19, r: 2.4 }),
    svg("path", { d: mouth }),
  );
}
