// Where the board is. Its address says so after the #, so that the browser's own
// back button steps back and a page that is loaded anew stays where it was:
// screen 0 is the welcome, then there is one for each question, and two at the
// end, as on the tablets.

export const last = (questions: number): number => questions + 2;

export const hashOf = (at: number): string => `#${at}`;

// atOf reads an address. What names no screen is the first one.
export function atOf(hash: string, questions: number): number {
  const at = /^#\d{1,2}$/.test(hash) ? Number(hash.slice(1)) : 0;
  return at <= last(questions) ? at : 0;
}

// What the keys do, those of a remote for slides among them. No letter or space
// does anything: those are for whatever has the focus.
const keys = new Map([["ArrowRight", 1], ["ArrowLeft", -1], ["PageDown", 1], ["PageUp", -1]]);

// stepOf is the screen that a key leads to from another, or the same one.
export function stepOf(key: string, at: number, questions: number, dir: "ltr" | "rtl"): number {
  const way = (keys.get(key) ?? 0) * (dir === "rtl" && key.startsWith("Arrow") ? -1 : 1);
  return Math.min(Math.max(at + way, 0), last(questions));
}
