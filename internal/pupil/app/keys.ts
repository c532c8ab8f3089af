// The keys that this tablet trusts, by their fingerprint. It belongs to the
// installation, not to a child; it is the only thing that stays on a tablet for
// good.

import { get, type PublicKeys } from "./api";
import { fingerprintOfKeys, leads, type Chain } from "./chain";

const pinName = "folgmed-keys";

export function pinned(): string {
  try {
    return localStorage.getItem(pinName) ?? "";
  } catch {
    return ""; // storage is switched off: it is typed each time
  }
}

function pin(fingerprint: string): void {
  try {
    localStorage.setItem(pinName, fingerprint);
  } catch {
    // as above
  }
}

// trust tells whether these are the keys that were printed. What is printed
// decides; what is only remembered may be of an earlier year.
export async function trust(keys: PublicKeys, printed: string): Promise<boolean> {
  const fingerprint = await fingerprintOfKeys(keys);
  const expected = printed !== "" ? printed : pinned();
  const known = fingerprint === expected || (printed === "" && (await leads(await get<Chain>("/keys.json"), expected, fingerprint)));
  if (known) pin(fingerprint);
  return known;
}
