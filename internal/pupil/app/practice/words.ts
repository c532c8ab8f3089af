// What a practice round says beside what is said for real. It is not in the
// catalog, which every tablet has to fetch.

import type { Lang } from "../api";

const nb = {
  practice: "Øving",
  mark: "Øving. Ingenting du svarer, blir sendt eller lagret.",
  lead: "Nå øver vi. Spørsmålene er som på ordentlig, men ingen får svarene dine.",
  doneTitle: "Nå har du øvd!",
  done: "Dette var øving. Ingenting er sendt eller lagret.",
  again: "Start på nytt",
  whichGrade: "Åpne denne siden med lenken eller ruta som læreren har.",
  retry: "Prøv igjen",
};

export type PracticeWords = typeof nb;

const nn: PracticeWords = {
  practice: "Øving",
  mark: "Øving. Ingenting du svarer, blir sendt eller lagra.",
  lead: "No øver vi. Spørsmåla er som på ordentleg, men ingen får svara dine.",
  doneTitle: "No har du øvd!",
  done: "Dette var øving. Ingenting er sendt eller lagra.",
  again: "Start på nytt",
  whichGrade: "Opne denne sida med lenkja eller ruta som læraren har.",
  retry: "Prøv igjen",
};

const en: PracticeWords = {
  practice: "Practice",
  mark: "Practice. Nothing you answer is sent or kept.",
  lead: "Now we practise. The questions are as they will be for real, but nobody gets your answers.",
  doneTitle: "Now you have practised!",
  done: "This was practice. Nothing was sent or kept.",
  again: "Start again",
  whichGrade: "Open this page with the link or the square that your teacher has.",
  retry: "Try again",
};

// words has one for each language of the catalog.
export const words: { nb: PracticeWords } & Partial<Record<Lang, PracticeWords>> = { nb, nn, en };
