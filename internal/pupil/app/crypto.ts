// The tablet's side of a ballot: a partially oblivious PRF (RFC 9497, POPRF,
// ristretto255-SHA512) and the receipt (Ed25519). Bytes in, bytes out.
//
// @noble/curves carries RFC 9497 itself since version 2; @cloudflare/voprf-ts
// does the same sums over an older @noble/curves in three and a half times the
// bytes (63 against 18 KiB gzipped). The other side is circl.

import { ed25519, ristretto255, ristretto255_oprf } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";

const utf8 = new TextEncoder();

function joined(label: string, bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(...utf8.encode(label), ...bytes);
}

export const newNonce = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32));

// Blinding is what the tablet must remember of a nonce until its ballot is
// issued. It does not give the nonce away.
export interface Blinding {
  readonly blinded: Uint8Array; // for the issuer, whom it tells nothing
  readonly blind: Uint8Array;
  readonly tweakedKey: Uint8Array; // the issuer's key, bound to the info
}

export function blind(info: Uint8Array, nonce: Uint8Array, poprfKey: Uint8Array): Blinding {
  return ristretto255_oprf.poprf(info).blind(nonce, poprfKey);
}

// unblind gives the token, once the proof shows that the issuer used the one
// key that all tablets know: no ballot is marked by a key of its own. It is
// undefined if the proof does not hold.
//
// The token is the unblinded element. RFC 9497 ends with a hash over nonce,
// info and element; that step is the collector's, for the nonce is sealed by
// now, and the tablet could not read it.
export function unblind(
  info: Uint8Array,
  { blinded, blind, tweakedKey }: Blinding,
  evaluated: Uint8Array,
  proof: Uint8Array,
): Uint8Array | undefined {
  const { Point } = ristretto255;
  try {
    // finalize checks the proof. What it returns is a hash over no nonce.
    ristretto255_oprf.poprf(info).finalize(new Uint8Array(), blind, evaluated, blinded, proof, tweakedKey);
    return Point.fromBytes(evaluated).multiply(Point.Fn.inv(Point.Fn.fromBytes(blind))).toBytes();
  } catch {
    return undefined;
  }
}

// markOf is what a sealed ballot is known by on the tablet. Only who knows the
// nonce can tell which row of the collector's it belongs to.
export function markOf(nonce: Uint8Array): Uint8Array {
  return sha256(joined("folgmed mark v1\n", nonce));
}

// isReceipt tells whether the collector signed this ballot's nullifier. The
// receipt covers nothing else: a hash of so few answers is quickly guessed.
export function isReceipt(receipt: Uint8Array, nonce: Uint8Array, receiptKey: Uint8Array): boolean {
  const nullifier = sha256(joined("folgmed nullifier v1\n", nonce));
  return isSigned(receipt, joined("folgmed receipt v1\n", nullifier), receiptKey);
}

// isSigned tells whether the signature (Ed25519) is of this message.
export function isSigned(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}
