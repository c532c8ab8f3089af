// What the board says beside what the tablets say too. It is not in their
// catalog, which every tablet has to fetch.

import type { Lang } from "../api";

const nb = {
  how: [
    "Her på tavla kommer ett spørsmål om gangen, med et tall. Det samme tallet står på nettbrettet.",
    "Du trykker på svaret ditt på nettbrettet, og så på «Neste». Ta den tiden du trenger.",
    "Vil du ikke svare på et spørsmål, trykker du på «Vil ikke svare». Det er helt greit.",
    "Nederst på nettbrettet står «Jeg vil snakke med noen». Der ser du hvem du kan snakke med. Ingen får vite at du har sett der.",
  ],
  keys: "Til læreren: Bla med knappene eller piltastene. Trykk «Lytt», så blir hvert spørsmål lest når du blar til det.",
  begin: "Første spørsmål",
  ready: "Vil du endre noe, går du tilbake på nettbrettet. Er du ferdig, trykker du på «Send svarene».",
  waitForAll: "Vi venter til alle har sendt. Ikke slå av nettbrettet før det sier at svarene er levert.",
  gone: "Spørsmålene på tavla",
  goneLead: "Åpne denne siden fra siden der klassens kode står: «Vis spørsmålene på tavla».",
  notOpen: "Undersøkelsen er ikke åpen for klassen nå, eller alle plassene er brukt. Se på siden for klassen, og prøv igjen.",
  entering: "Henter spørsmålene …",
  retry: "Prøv igjen",
  noVoice: "Denne maskinen har ingen stemme for dette språket. Les høyt selv, rolig og likt for alle svarene.",
};

export type BoardWords = typeof nb;

const nn: BoardWords = {
  how: [
    "Her på tavla kjem eitt spørsmål om gongen, med eit tal. Det same talet står på nettbrettet.",
    "Du trykkjer på svaret ditt på nettbrettet, og så på «Neste». Ta den tida du treng.",
    "Vil du ikkje svare på eit spørsmål, trykkjer du på «Vil ikkje svare». Det er heilt greitt.",
    "Nedst på nettbrettet står «Eg vil snakke med nokon». Der ser du kven du kan snakke med. Ingen får vite at du har sett der.",
  ],
  keys: "Til læraren: Bla med knappane eller piltastane. Trykk «Lytt», så blir kvart spørsmål lese når du blar til det.",
  begin: "Første spørsmål",
  ready: "Vil du endre noko, går du tilbake på nettbrettet. Er du ferdig, trykkjer du på «Send svara».",
  waitForAll: "Vi ventar til alle har sendt. Ikkje slå av nettbrettet før det seier at svara er leverte.",
  gone: "Spørsmåla på tavla",
  goneLead: "Opne denne sida frå sida der koden til klassen står: «Vis spørsmåla på tavla».",
  notOpen: "Undersøkinga er ikkje open for klassen no, eller alle plassane er brukte. Sjå på sida for klassen, og prøv igjen.",
  entering: "Hentar spørsmåla …",
  retry: "Prøv igjen",
  noVoice: "Denne maskina har inga røyst for dette språket. Les høgt sjølv, roleg og likt for alle svara.",
};

const en: BoardWords = {
  how: [
    "One question at a time comes up here on the board, with a number. The same number is on your tablet.",
    "You tap your answer on the tablet, and then “Next”. Take the time you need.",
    "If you do not want to answer a question, tap “I’d rather not answer”. That is quite all right.",
    "At the bottom of the tablet it says “I want to talk to someone”. There you see who you can talk to. Nobody will know that you looked.",
  ],
  keys: "For the teacher: step with the buttons or the arrow keys. Tap “Listen”, and each question is read when you step to it.",
  begin: "First question",
  ready: "If you want to change something, go back on the tablet. When you are done, tap “Send my answers”.",
  waitForAll: "We wait until everyone has sent theirs. Do not switch off the tablet before it says that your answers are delivered.",
  gone: "The questions on the board",
  goneLead: "Open this page from the one with the code of the class: “Show the questions on the board”.",
  notOpen: "The survey is not open for the class now, or all places are taken. Look at the page of the class, and try again.",
  entering: "Fetching the questions …",
  retry: "Try again",
  noVoice: "This computer has no voice for this language. Read aloud yourself, calmly and in the same way for every answer.",
};

// words has one for each language; a class can choose among those that are here
// and in the catalog of the tablets.
export const words: { nb: BoardWords } & Partial<Record<Lang, BoardWords>> = { nb, nn, en };
