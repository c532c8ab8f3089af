// Every word of the app outside the questionnaire, in the languages offered.

import type { Lang, Questions } from "./api";

const nb = {
  name: "Bokmål",
  dir: "ltr" as "ltr" | "rtl",
  reviewed: true, // by somebody whose language it is, other than who wrote it

  language: "Språk",
  rehearsal: "Dette er en øvelse. Svarene er ikke på ordentlig.",

  startTitle: "Hei! Skriv koden din",
  startLead: "Koden står på lappen du har fått, eller på tavla.",
  code: "Kode",
  codeHint: "10 tegn på lappen, 8 på tavla. Store eller små bokstaver er det samme.",
  fingerprint: "Nøkkel",
  fingerprintHint: "16 tegn, rett under koden. Den trengs bare den første gangen her.",
  enter: "Gå videre",
  entering: "Et øyeblikk …",
  codeShort: (n: number) => `Koden har 10 tegn på lappen og 8 på tavla. Her står det ${n}. Se en gang til.`,
  codeMistyped: "Ett eller flere tegn er feil. Se på koden og prøv en gang til.",
  fingerprintMistyped: "Nøkkelen har 16 tegn. Se på den og prøv en gang til.",
  fingerprintWrong: "Nøkkelen passer ikke til denne siden. Ikke svar her. Si det til læreren.",

  nobody: "Ingen kan se hvem som har svart hva.",
  nobodyElse: "Ikke læreren, ikke rektor, ikke foreldrene dine og ikke vi som lager Følgmed.",
  wantHelp: "Derfor kan heller ingen se at du trenger hjelp. Vil du ha hjelp, si det til en voksen.",
  offline: (name: string) => `Vi har ikke nett akkurat nå. Går du i ${name}, kan du svare likevel. Gjør du ikke det, si det til læreren.`,
  about: (n: number) => `${n} spørsmål, ett om gangen. Du kan la være å svare på det du vil.`,
  followBoard: "Spørsmålene blir vist og lest på tavla. Her trykker du på svaret ditt, når du vil.",
  begin: "Start",
  otherCode: "Annen kode",
  ballot: "Dette følger med svarene",
  ballotSame: "Det er helt likt for alle i klassen:",
  school: "Skole",
  class: "Klasse",
  week: "Uke",
  weekOf: (week: number, year: number) => `${week}, ${year}`,
  questionnaire: "Spørreskjema",
  versionOf: (id: string, version: number) => `${id}, utgave ${version}`,
  attempt: "Runde",
  numbers: "Nummer på eier, skole og uke",

  progress: (at: number, of: number) => `Spørsmål ${at} av ${of}`,
  skip: "Vil ikke svare",
  choose: "Velg ett svar. Du kan også velge «Vil ikke svare».",
  next: "Neste",
  back: "Tilbake",

  readyTitle: "Det var alle spørsmålene!",
  readyLead: "Vil du endre noe, går du tilbake. Når svarene er sendt, kan ingen endre dem – ikke du heller.",
  send: "Send svarene",

  thanksTitle: "Takk for at du svarte!",
  sending: "Svarene sendes om litt. Ikke slå av ennå.",
  waiting: "Svarene er ikke levert. Vi prøver igjen av oss selv. Ikke slå av ennå.",
  delivered: "Svarene er levert.",
  done: "Ferdig",
  unsent: "Noe er ikke sendt. Ikke slå av ennå.",
  keepOpen: "Ikke lukk siden heller.",

  talkTo: "Disse på skolen kan du snakke med",
  helpLines: "Du kan også ta kontakt her",
  anyAdult: "Si det til en voksen du er trygg på: læreren din, helsesykepleieren eller en annen.",
  help: "Jeg vil snakke med noen",
  helpQuiet: "Ingen får vite at du har åpnet denne.",
  readAloud: "Lytt",
  hear: (words: string) => `Hør: ${words}`,
  noVoice: "Nettbrettet har ingen stemme for dette språket. Be en voksen lese høyt for deg. Svaret velger du selv, uten at noen ser på.",

  close: "Lukk",

  refused: {
    code_refused: "Koden virker ikke. Den kan være brukt, eller den gjelder en annen uke. Be læreren om en ny kode.",
    wave_closed: "Undersøkelsen er ikke åpen nå.",
    session_closed: "Timen er over, eller læreren har lukket. Si det til læreren.",
    no_place: "Alle plassene i klassen er brukt. Si det til læreren.",
    rate_limited: "Det er mange som prøver akkurat nå. Vent litt og prøv igjen.",
    unavailable: "Vi får ikke kontakt akkurat nå. Vent litt og prøv igjen.",
    bad_proof: "Vi kunne ikke være sikre på at svarene ville bli hemmelige, så de er ikke sendt. Si det til læreren.",
    other: "Noe gikk galt hos oss. Si det til læreren.",
  },
  notDelivered: "Svarene ble ikke levert.",
};

export type Catalog = typeof nb;

const nn: Catalog = {
  name: "Nynorsk",
  dir: "ltr",
  reviewed: true,

  language: "Språk",
  rehearsal: "Dette er ei øving. Svara er ikkje på ordentleg.",

  startTitle: "Hei! Skriv koden din",
  startLead: "Koden står på lappen du har fått, eller på tavla.",
  code: "Kode",
  codeHint: "10 teikn på lappen, 8 på tavla. Store eller små bokstavar er det same.",
  fingerprint: "Nøkkel",
  fingerprintHint: "16 teikn, rett under koden. Han trengst berre den første gongen her.",
  enter: "Gå vidare",
  entering: "Ein augneblink …",
  codeShort: (n) => `Koden har 10 teikn på lappen og 8 på tavla. Her står det ${n}. Sjå ein gong til.`,
  codeMistyped: "Eitt eller fleire teikn er feil. Sjå på koden og prøv ein gong til.",
  fingerprintMistyped: "Nøkkelen har 16 teikn. Sjå på han og prøv ein gong til.",
  fingerprintWrong: "Nøkkelen passar ikkje til denne sida. Ikkje svar her. Sei det til læraren.",

  nobody: "Ingen kan sjå kven som har svart kva.",
  nobodyElse: "Ikkje læraren, ikkje rektor, ikkje foreldra dine og ikkje vi som lagar Følgmed.",
  wantHelp: "Derfor kan heller ingen sjå at du treng hjelp. Vil du ha hjelp, sei det til ein vaksen.",
  offline: (name) => `Vi har ikkje nett akkurat no. Går du i ${name}, kan du svare likevel. Gjer du ikkje det, sei det til læraren.`,
  about: (n) => `${n} spørsmål, eitt om gongen. Du kan la vere å svare på det du vil.`,
  followBoard: "Spørsmåla blir viste og lesne på tavla. Her trykkjer du på svaret ditt, når du vil.",
  begin: "Start",
  otherCode: "Annan kode",
  ballot: "Dette følgjer med svara",
  ballotSame: "Det er heilt likt for alle i klassen:",
  school: "Skule",
  class: "Klasse",
  week: "Veke",
  weekOf: (week, year) => `${week}, ${year}`,
  questionnaire: "Spørjeskjema",
  versionOf: (id, version) => `${id}, utgåve ${version}`,
  attempt: "Runde",
  numbers: "Nummer på eigar, skule og veke",

  progress: (at, of) => `Spørsmål ${at} av ${of}`,
  skip: "Vil ikkje svare",
  choose: "Vel eitt svar. Du kan òg velje «Vil ikkje svare».",
  next: "Neste",
  back: "Tilbake",

  readyTitle: "Det var alle spørsmåla!",
  readyLead: "Vil du endre noko, går du tilbake. Når svara er sende, kan ingen endre dei – ikkje du heller.",
  send: "Send svara",

  thanksTitle: "Takk for at du svarte!",
  sending: "Svara blir sende om litt. Ikkje slå av enno.",
  waiting: "Svara er ikkje leverte. Vi prøver igjen av oss sjølve. Ikkje slå av enno.",
  delivered: "Svara er leverte.",
  done: "Ferdig",
  unsent: "Noko er ikkje sendt. Ikkje slå av enno.",
  keepOpen: "Ikkje lukk sida heller.",

  talkTo: "Desse på skulen kan du snakke med",
  helpLines: "Du kan òg ta kontakt her",
  anyAdult: "Sei det til ein vaksen du er trygg på: læraren din, helsesjukepleiaren eller ein annan.",
  help: "Eg vil snakke med nokon",
  helpQuiet: "Ingen får vite at du har opna denne.",
  readAloud: "Lytt",
  hear: (words) => `Høyr: ${words}`,
  noVoice: "Nettbrettet har inga røyst for dette språket. Be ein vaksen lese høgt for deg. Svaret vel du sjølv, utan at nokon ser på.",

  close: "Lukk",

  refused: {
    code_refused: "Koden verkar ikkje. Han kan vere brukt, eller han gjeld ei anna veke. Be læraren om ein ny kode.",
    wave_closed: "Undersøkinga er ikkje open no.",
    session_closed: "Timen er over, eller læraren har lukka. Sei det til læraren.",
    no_place: "Alle plassane i klassen er brukte. Sei det til læraren.",
    rate_limited: "Det er mange som prøver akkurat no. Vent litt og prøv igjen.",
    unavailable: "Vi får ikkje kontakt akkurat no. Vent litt og prøv igjen.",
    bad_proof: "Vi kunne ikkje vere sikre på at svara ville bli hemmelege, så dei er ikkje sende. Sei det til læraren.",
    other: "Noko gjekk gale hos oss. Sei det til læraren.",
  },
  notDelivered: "Svara vart ikkje leverte.",
};

const en: Catalog = {
  name: "English",
  dir: "ltr",
  reviewed: true,

  language: "Language",
  rehearsal: "This is a practice round. The answers are not for real.",

  startTitle: "Hi! Type your code",
  startLead: "The code is on the slip you were given, or on the board.",
  code: "Code",
  codeHint: "10 characters on a slip, 8 on the board. Capital or small letters, either is fine.",
  fingerprint: "Key",
  fingerprintHint: "16 characters, just below the code. It is only needed the first time here.",
  enter: "Continue",
  entering: "One moment …",
  codeShort: (n) => `A code has 10 characters on a slip and 8 on the board, but this has ${n}. Have another look.`,
  codeMistyped: "One or more characters are wrong. Have another look at the code and try again.",
  fingerprintMistyped: "The key has 16 characters. Have another look at it and try again.",
  fingerprintWrong: "The key does not fit this page. Do not answer here. Tell your teacher.",

  nobody: "Nobody can see who answered what.",
  nobodyElse: "Not your teacher, not the head teacher, not your parents, and not those of us who make Følgmed.",
  wantHelp: "That is why nobody can see that you need help, either. If you want help, tell an adult.",
  offline: (name) => `We have no network right now. If you are in ${name} you can answer all the same. If you are not, tell your teacher.`,
  about: (n) => `${n} questions, one at a time. You can leave out any you like.`,
  followBoard: "The questions are shown and read on the board. Here you tap your answer, when you like.",
  begin: "Start",
  otherCode: "Other code",
  ballot: "This goes with your answers",
  ballotSame: "It is exactly the same for everyone in your class:",
  school: "School",
  class: "Class",
  week: "Week",
  weekOf: (week, year) => `${week}, ${year}`,
  questionnaire: "Questionnaire",
  versionOf: (id, version) => `${id}, edition ${version}`,
  attempt: "Round",
  numbers: "Numbers of owner, school and week",

  progress: (at, of) => `Question ${at} of ${of}`,
  skip: "I’d rather not answer",
  choose: "Choose one answer. You can also choose “I’d rather not answer”.",
  next: "Next",
  back: "Back",

  readyTitle: "Those were all the questions!",
  readyLead: "If you want to change something, go back. Once the answers are sent, nobody can change them – not even you.",
  send: "Send my answers",

  thanksTitle: "Thank you for answering!",
  sending: "Your answers will be sent in a moment. Do not switch off yet.",
  waiting: "Your answers are not delivered. We keep trying. Do not switch off yet.",
  delivered: "Your answers are delivered.",
  done: "Done",
  unsent: "Something has not been sent. Do not switch off yet.",
  keepOpen: "Do not close the page either.",

  talkTo: "People at school you can talk to",
  helpLines: "You can also get in touch here",
  anyAdult: "Tell an adult you trust: your teacher, the school nurse or someone else.",
  help: "I want to talk to someone",
  helpQuiet: "Nobody will know that you opened this.",
  readAloud: "Listen",
  hear: (words) => `Listen: ${words}`,
  noVoice: "This tablet has no voice for this language. Ask an adult to read it to you. You choose the answer yourself, with nobody looking.",

  close: "Close",

  refused: {
    code_refused: "The code does not work. It may have been used, or it is for another week. Ask your teacher for a new code.",
    wave_closed: "The survey is not open now.",
    session_closed: "The lesson is over, or your teacher has closed it. Tell your teacher.",
    no_place: "All places in your class are taken. Tell your teacher.",
    rate_limited: "Many are trying right now. Wait a little and try again.",
    unavailable: "We cannot get through right now. Wait a little and try again.",
    bad_proof: "We could not be sure that your answers would be secret, so they were not sent. Tell your teacher.",
    other: "Something went wrong on our side. Tell your teacher.",
  },
  notDelivered: "Your answers were not delivered.",
};

// catalogs has one for each language; a new one is written as those above.
export const catalogs: { nb: Catalog } & Partial<Record<Lang, Catalog>> = { nb, nn, en };

// offered are the languages that a child can choose: those that somebody has
// read through, of the page and of all that is asked.
export function offered(asked: Questions | undefined): Lang[] {
  return Object.keys(catalogs).filter(
    (lang) => catalogs[lang]?.reviewed && (asked === undefined || lang in asked.survey.title),
  );
}

// preferred is the language that the device is set to, if it is offered.
export function preferred(): Lang {
  const wished = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  for (const tag of wished) {
    if (tag === "no") return "nb";
    if (offered(undefined).includes(tag)) return tag;
  }
  return "nb";
}

// why says in words what an outcome means to a child.
export function why(text: Catalog, outcome: string): string {
  const refused: Record<string, string | undefined> = text.refused;
  return refused[outcome] ?? text.refused.other;
}
