// The class session that this tablet has joined. What is kept, as long as the
// tab is open, is the ticket: the same one on every tablet of the class, so it
// tells nothing of a child and nothing of this tablet.

const name = "folgmed-session";
let here = ""; // where storage is switched off

export function ticket(): string {
  try {
    return sessionStorage.getItem(name) ?? here;
  } catch {
    return here;
  }
}

export function join(ticket: string): void {
  here = ticket;
  try {
    sessionStorage.setItem(name, ticket);
  } catch {
    // as above
  }
}

export function leave(): void {
  here = "";
  try {
    sessionStorage.removeItem(name);
  } catch {
    // as above
  }
}
