// Sealing to a public key: RFC 9180, base mode, one message, with
// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-128-GCM, the suite of its
// appendix A.3. The names are those of the RFC. The browser does the curve and
// the cipher; the tablet only ever seals, so the other half is not here.

import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

const utf8 = new TextEncoder();
const none = new Uint8Array();

type Part = string | Uint8Array;

function joined(...parts: Part[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...(typeof part === "string" ? utf8.encode(part) : part)]));
}

// The two schedules of the RFC differ in the suite that they are bound to.
function labelled(suite: Uint8Array) {
  return {
    extract: (salt: Uint8Array, label: string, ikm: Uint8Array) =>
      extract(sha256, joined("HPKE-v1", suite, label, ikm), salt),
    expand: (prk: Uint8Array, label: string, info: Uint8Array, length: number) =>
      expand(sha256, prk, joined(Uint8Array.of(0, length), "HPKE-v1", suite, label, info), length),
  };
}

const kem = labelled(joined("KEM", Uint8Array.of(0, 0x10)));
const hpke = labelled(joined("HPKE", Uint8Array.of(0, 0x10, 0, 1, 0, 1)));

const curve = { name: "ECDH", namedCurve: "P-256" };

// seal returns the encapsulated key, 65 bytes, and the ciphertext.
export async function seal(publicKey: Uint8Array, info: string, plain: Uint8Array): Promise<Uint8Array> {
  const { subtle } = crypto;
  const theirs = await subtle.importKey("raw", joined(publicKey), curve, false, []);
  const ours = await subtle.generateKey(curve, false, ["deriveBits"]);
  const enc = new Uint8Array(await subtle.exportKey("raw", ours.publicKey));
  const dh = new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256));

  const shared = kem.expand(kem.extract(none, "eae_prk", dh), "shared_secret", joined(enc, publicKey), 32);
  const base = Uint8Array.of(0); // mode_base
  const context = joined(base, hpke.extract(none, "psk_id_hash", none), hpke.extract(none, "info_hash", utf8.encode(info)));
  const secret = hpke.extract(shared, "secret", none);
  const key = await subtle.importKey("raw", joined(hpke.expand(secret, "key", context, 16)), "AES-GCM", false, ["encrypt"]);
  const iv = joined(hpke.expand(secret, "base_nonce", context, 12));
  return joined(enc, new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv }, key, joined(plain))));
}
