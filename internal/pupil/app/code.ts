// Codes and key fingerprints as people type them. Both are Crockford base32;
// a code's last character is a check character, so that a slip of the finger
// is caught here, before anything is sent.

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export const codeLength = 10; // on a slip
export const boardLength = 8; // on the board, where a tablet joins a class session
export const fingerprintLength = 16; // 80 bits

// clean forgives what people do: lower case, spaces and dashes, the letter O
// for zero, the letters I and L for one.
export function clean(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[\s\-\u2010-\u2015]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
}

// times multiplies in GF(32) with the primitive polynomial x⁵ + x² + 1.
function times(a: number, b: number): number {
  let product = 0;
  for (; b > 0; b >>= 1) {
    if (b & 1) product ^= a;
    a <<= 1;
    if (a & 32) a ^= 0b100101;
  }
  return product;
}

// isCode tells whether the check character fits: c = Σ αⁱ⁺¹·dᵢ with α = 2. Any
// one wrong character and any two swapped ones are found.
export function isCode(code: string): boolean {
  if (code.length !== codeLength && code.length !== boardLength) return false;
  let sum = 0;
  let power = 1;
  for (let i = 0; i < code.length - 1; i++) {
    const digit = alphabet.indexOf(code.charAt(i));
    if (digit < 0) return false;
    power = times(power, 2);
    sum ^= times(power, digit);
  }
  return alphabet.indexOf(code.charAt(code.length - 1)) === sum;
}

export function isFingerprint(typed: string): boolean {
  return typed.length === fingerprintLength && [...typed].every((c) => alphabet.includes(c));
}

// fingerprintOf is the first 80 bits of SHA-256 over the public keys in turn.
export async function fingerprintOf(...keys: Uint8Array[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", Uint8Array.from(keys.flatMap((key) => [...key])));
  return encode(new Uint8Array(digest)).slice(0, fingerprintLength);
}

// encode writes bytes in base32, five bits a character, the first bits first.
function encode(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet.charAt((held >> (bits - 5)) & 31);
    held &= 31;
  }
  return text;
}

// fromLink reads #CODE.FINGERPRINT. The code is returned as it stands, right
// or wrong, so that the page can say what is wrong with it.
export function fromLink(hash: string): { code: string; fingerprint: string } | undefined {
  const [code = "", fingerprint = ""] = hash.replace(/^#/, "").split(".").map(clean);
  return code === "" ? undefined : { code, fingerprint };
}
