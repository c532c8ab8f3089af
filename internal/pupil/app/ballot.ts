// A finished ballot on its way from the child's answers to the collector. From
// the moment it is made nobody at the tablet can read it: the answers are
// sealed, and so is the nonce that its row will be known by.

import { fromBase64, infoBytes, post, Refusal, toBase64, type Asked, type Evaluated, type Receipt } from "./api";
import { blind, isReceipt, markOf, newNonce, unblind } from "./crypto";
import { seal } from "./hpke";

// Finished is what a child hands over.
export interface Finished {
  code: string;
  asked: Asked;
  options: number[]; // one per item; 0 is "would rather not answer"
}

// Ballot is all that is kept. Bytes are in base64. A code is kept only until it
// is spent, which takes a network; then the token takes its place.
export interface Ballot {
  readonly mark: string;
  readonly sealed: string;
  readonly receiptKey: string;
  readonly token?: string;
  readonly issue?: { code: string; info: string; blinded: string; blind: string; tweakedKey: string };
}

export async function make({ code, asked, options }: Finished): Promise<Ballot> {
  const { keys, survey } = asked;
  const info = infoBytes(asked.info);
  const nonce = newNonce();
  const { blinded, blind: secret, tweakedKey } = blind(info, nonce, fromBase64(keys.poprf));
  const plain = (options: number[]) =>
    JSON.stringify({ info: asked.info, nonce: toBase64(nonce), items: survey.items.map(({ id }) => id), options });
  // A cipher hides what is written, not how much: all answers are as long.
  const longest = plain(options.map(() => 255)).length;
  const text = new TextEncoder().encode(plain(options) + " ".repeat(longest - plain(options).length));
  return {
    mark: toBase64(markOf(nonce)),
    sealed: toBase64(await seal(fromBase64(keys.hpke), "folgmed sealed ballot v1", text)),
    receiptKey: keys.receipt,
    issue: {
      code,
      info: toBase64(info),
      blinded: toBase64(blinded),
      blind: toBase64(secret),
      tweakedKey: toBase64(tweakedKey),
    },
  };
}

// issue spends the code. A repeated request has the same bytes, so a lost
// reply is asked for again and costs no second code.
export async function issue({ issue, ...ballot }: Ballot): Promise<Ballot> {
  if (issue === undefined) return ballot;
  const { evaluated, proof } = await post<Evaluated>("/api/issue", { code: issue.code, blinded: issue.blinded });
  const blinding = {
    blinded: fromBase64(issue.blinded),
    blind: fromBase64(issue.blind),
    tweakedKey: fromBase64(issue.tweakedKey),
  };
  const token = unblind(fromBase64(issue.info), blinding, fromBase64(evaluated), fromBase64(proof));
  if (token === undefined) throw new Refusal("bad_proof");
  return { ...ballot, token: toBase64(token) };
}

// forget has the browser drop what it kept of pages by itself. It is asked once
// every ballot of this tablet has its receipt, never before: a browser that
// took the wish too far could clear more. It only works where cookies could.
export const forget = () => fetch("/clear", { method: "POST", credentials: "same-origin", keepalive: true });

// cast hands the ballot in, and returns once its receipt verifies.
export async function cast({ mark, sealed, token, receiptKey }: Ballot): Promise<void> {
  const { nonce, receipt } = await post<Receipt>("/api/cast", { sealed, token });
  const theirs = fromBase64(nonce);
  if (toBase64(markOf(theirs)) !== mark || !isReceipt(fromBase64(receipt), theirs, fromBase64(receiptKey))) {
    throw new Refusal("unavailable");
  }
}
