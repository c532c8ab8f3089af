// Bundles the app into ../dist under names that hold a hash of the content.
// The same sources and lock file give the same bytes.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "dist");

const { outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: [
    "main.ts",
    "app.css",
    "worker.ts",
    { in: "board/main.ts", out: "board" },
    { in: "board/board.css", out: "board" },
    { in: "practice/main.ts", out: "practice" },
  ],
  bundle: true,
  format: "esm",
  target: ["chrome92", "firefox98", "safari15.4"], // what a tablet of 2021 has by now
  minify: true,
  legalComments: "eof",
  charset: "utf8",
  outdir: dist,
  write: false,
});

const bundled = new Map(outputFiles.map((file) => [basename(file.path), file.contents]));
bundled.set("icon.svg", await readFile(join(here, "icon.svg")));

// The service worker has one address for good; the server completes it.
const worker = bundled.get("worker.js");
bundled.delete("worker.js");

// The hash is of nothing but the content: esbuild's own is also of the folder
// that its modules lie in.
const hashed = ([name, content]) => {
  const { name: stem, ext } = parse(name);
  return [`${stem}-${createHash("sha256").update(content).digest("hex").slice(0, 8)}${ext}`, content];
};
const files = new Map([...bundled].map(hashed));

// named finds the bundled file that a source became.
const named = (start, end) => `/assets/${[...files.keys()].find((n) => n.startsWith(start) && n.endsWith(end))}`;
const page = async (name, script) =>
  (await readFile(join(here, name), "utf8"))
    .replace("main.ts", named(script, ".js"))
    .replace("app.css", named("app-", ".css"))
    .replace("board.css", named("board-", ".css"))
    .replace("icon.svg", named("icon-", ".svg"));
const board = await page("board/index.html", "board-");
const practice = await page("practice/index.html", "practice-");
const tablet = await page("index.html", "main-");

await mkdir(dist, { recursive: true });
for (const old of await readdir(dist)) {
  if (old !== ".gitkeep") await rm(join(dist, old), { recursive: true });
}
await mkdir(join(dist, "assets"));
for (const [name, content] of files) await writeFile(join(dist, "assets", name), content);
await writeFile(join(dist, "worker.js"), worker);
await writeFile(join(dist, "board.html"), board);
await writeFile(join(dist, "practice.html"), practice);
await writeFile(join(dist, "index.html"), tablet); // last: make takes it as the sign of a whole build
