// Runs the app's own code for interop_test.go: a JSON request a line on
// standard input, a JSON reply a line on standard output. What passes there is
// understood alike by the tablet and the server.
import { build } from "esbuild";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const bundle = await build({
  absWorkingDir: dirname(fileURLToPath(import.meta.url)),
  stdin: {
    contents: ["api", "code", "crypto", "week"].map((name) => `export * from "./${name}";`).join("\n"),
    resolveDir: dirname(fileURLToPath(import.meta.url)),
  },
  bundle: true,
  format: "esm",
  target: "es2020",
  write: false,
});
const app = await import(`data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].contents).toString("base64")}`);
const bytes = app.fromBase64;

let ballot;
const answers = {
  code: ({ typed }) => app.isCode(app.clean(typed)),
  link: ({ hash }) => app.fromLink(hash) ?? null,
  fingerprint: ({ keys }) => app.fingerprintOf(...keys.map(bytes)),
  week: ({ wave }) => app.weekOf(wave),
  blind: ({ info, key }) => {
    ballot = app.blind(app.infoBytes(info), bytes(key));
    return { blinded: app.toBase64(ballot.request), nonce: app.toBase64(ballot.nonce) };
  },
  token: ({ evaluated, proof }) => {
    const token = ballot.token(bytes(evaluated), bytes(proof));
    return token === undefined ? null : app.toBase64(token);
  },
  receipt: ({ receipt, nonce, key }) => app.isReceipt(bytes(receipt), bytes(nonce), bytes(key)),
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify(await answers[request.ask](request)));
}
