// The keys change with the school year. A tablet that knows those of one year
// comes to a later year's by itself: each are signed by the ones before.

import { fromBase64, type PublicKeys } from "./api";
import { fingerprintOf } from "./code";
import { isSigned } from "./crypto";

// Chain is keys.json, oldest first.
export interface Chain {
  keys: YearKeys[];
}

interface YearKeys extends PublicKeys {
  from: number; // the calendar year in which the school year begins
  signature?: string; // by the receipt key before; the first has none
}

const bytesOf = ({ poprf, hpke, receipt }: PublicKeys) => [poprf, hpke, receipt].map(fromBase64);

export const fingerprintOfKeys = (keys: PublicKeys): Promise<string> => fingerprintOf(...bytesOf(keys));

// leads tells whether signatures lead from the keys with one fingerprint to
// those with the other. They lead forwards only: that old keys have signed new
// ones says nothing for the old.
export async function leads(chain: Chain, from: string, to: string): Promise<boolean> {
  try {
    let before: YearKeys | undefined;
    for (const link of chain.keys) {
      const fingerprint = await fingerprintOfKeys(link);
      if (before === undefined) {
        if (fingerprint === from) before = link;
        continue;
      }
      if (!follows(link, before)) return false;
      if (fingerprint === to) return true;
      before = link;
    }
  } catch {
    // not a list of keys
  }
  return false;
}

// follows checks one signature. What is signed has no marks between its parts,
// so each must be of its own length.
function follows(link: YearKeys, before: YearKeys): boolean {
  const parts = bytesOf(link);
  if (!Number.isInteger(link.from) || link.from <= before.from || parts.map((p) => p.length).join() !== "32,65,32") return false;
  const label = new TextEncoder().encode(`folgmed keys v1\n${link.from}\n`);
  const message = Uint8Array.from([label, ...parts].flatMap((part) => [...part]));
  return isSigned(fromBase64(link.signature ?? ""), message, fromBase64(before.receipt));
}
