// Runs the app's own code for interop_test.go: a JSON request a line on
// standard input, a JSON reply a line on standard output. What passes there is
// understood alike by the tablet and the server.
import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { build } from "esbuild";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const bundle = await build({
  absWorkingDir: dirname(fileURLToPath(import.meta.url)),
  stdin: {
    contents: ["api", "chain", "code", "crypto", "hpke", "week", "board/steps"].map((name) => `export * from "./${name}";`).join("\n"),
    resolveDir: dirname(fileURLToPath(import.meta.url)),
  },
  bundle: true,
  format: "esm",
  target: "es2020",
  write: false,
});
const app = await import(`data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].contents).toString("base64")}`);
const bytes = app.fromBase64;

let ballot; // that is being issued
const answers = {
  code: ({ typed }) => app.isCode(app.clean(typed)),
  link: ({ hash }) => app.fromLink(hash) ?? null,
  fingerprint: ({ keys }) => app.fingerprintOf(...keys.map(bytes)),
  leads: ({ chain, from, to }) => app.leads(chain, from, to),
  at: ({ hash, questions }) => app.atOf(hash, questions),
  step: ({ key, at, questions, dir }) => app.stepOf(key, at, questions, dir),
  week: ({ wave }) => app.weekOf(wave),
  blind: ({ info, key }) => {
    const nonce = app.newNonce();
    ballot = { info: app.infoBytes(info), ...app.blind(app.infoBytes(info), nonce, bytes(key)) };
    return { blinded: app.toBase64(ballot.blinded), nonce: app.toBase64(nonce) };
  },
  token: ({ evaluated, proof }) => {
    const token = app.unblind(ballot.info, ballot, bytes(evaluated), bytes(proof));
    return token === undefined ? null : app.toBase64(token);
  },
  seal: async ({ key, info, plain }) => app.toBase64(await app.seal(bytes(key), info, bytes(plain))),
  // A third implementation, which is no part of the app, opens for both sides.
  open: async ({ secret, info, sealed }) => {
    const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
    const recipientKey = await suite.kem.importKey("raw", bytes(secret), false);
    const enc = bytes(sealed).slice(0, 65);
    const recipient = { recipientKey, enc, info: new TextEncoder().encode(info) };
    return app.toBase64(new Uint8Array(await suite.open(recipient, bytes(sealed).slice(65)))).toString();
  },
  receipt: ({ receipt, nonce, key }) => app.isReceipt(bytes(receipt), bytes(nonce), bytes(key)),
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify(await answers[request.ask](request)));
}
