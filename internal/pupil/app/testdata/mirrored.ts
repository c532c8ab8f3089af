// For tests: the app in one language more, made up of English in Arabic letters,
// which runs from right to left; and in one that nobody has read through.

import { catalogs } from "../text";

const letters = "ابتثجحخدذرزسشصضطظعغفقكلمنه";

// mirrored puts a letter for a letter and lets all else stand.
const mirrored = (text: string) => text.replace(/[a-z]/gi, (letter) => letters[letter.toLowerCase().charCodeAt(0) - 97] ?? "");

type Entry = string | boolean | ((...values: never[]) => string) | Record<string, string>;

function translated(entry: Entry): unknown {
  switch (typeof entry) {
    case "string":
      return mirrored(entry);
    case "function":
      return (...values: never[]) => mirrored(entry(...values));
    case "object":
      return Object.fromEntries(Object.entries(entry).map(([name, text]) => [name, mirrored(text)]));
    default:
      return entry;
  }
}

const { en } = catalogs;
if (en === undefined) throw new Error("there is no English to turn round");
const words = Object.fromEntries(Object.entries(en).map(([name, entry]) => [name, translated(entry)]));
catalogs["ar"] = { ...en, ...words, dir: "rtl" };
catalogs["fa"] = { ...en, ...words, dir: "rtl", name: "unread", reviewed: false };

void import("../main");
