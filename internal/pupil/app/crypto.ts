// The tablet's side of a ballot: a partially oblivious PRF (RFC 9497, POPRF,
// ristretto255-SHA512) and the receipt (Ed25519). Bytes in, bytes out. A bundle
// of its own, loaded while the child reads.
//
// @noble/curves carries RFC 9497 itself since version 2; @cloudflare/voprf-ts
// does the same sums over an older @noble/curves in three and a half times the
// bytes (63 against 18 KiB gzipped). The other side is circl.

import { ed25519, ristretto255_oprf } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";

const utf8 = new TextEncoder();

function joined(label: string, bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...utf8.encode(label), ...bytes);
}

// Blinded is a random nonce on its way to becoming a ballot. Only request
// leaves the tablet before the answers do.
export interface Blinded {
  readonly request: Uint8Array;
  readonly nonce: Uint8Array;
  // token unblinds, once the proof shows that the issuer used the one key that
  // all tablets know: no ballot is marked by a key of its own. It is undefined
  // if the proof does not hold.
  token(evaluated: Uint8Array, proof: Uint8Array): Uint8Array | undefined;
}

export function blind(info: Uint8Array, poprfKey: Uint8Array): Blinded {
  const prf = ristretto255_oprf.poprf(info);
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  const { blind, blinded, tweakedKey } = prf.blind(nonce, poprfKey);
  return {
    request: blinded,
    nonce,
    token(evaluated, proof) {
      try {
        return prf.finalize(nonce, blind, evaluated, blinded, proof, tweakedKey);
      } catch {
        return undefined;
      }
    },
  };
}

// isReceipt tells whether the collector signed this ballot's nullifier. The
// receipt covers nothing else: a hash of so few answers is quickly guessed.
export function isReceipt(receipt: Uint8Array, nonce: Uint8Array, receiptKey: Uint8Array): boolean {
  try {
    const nullifier = sha256(joined("folgmed nullifier v1\n", nonce));
    return ed25519.verify(receipt, joined("folgmed receipt v1\n", nullifier), receiptKey, { zip215: false });
  } catch {
    return false;
  }
}
