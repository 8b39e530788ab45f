/** One ES module and one style sheet for each widget's folder, checked for size. */

import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../../workbench/widgets/static/", import.meta.url));
const MOST = 300_000;
const NAMES = ["statistics", "run", "lineage", "dive", "spans", "drift", "diff", "schema"];

rmSync(out, { recursive: true, force: true });
if (!process.argv.includes("--clean")) {
  const shared = { bundle: true, minify: true, outdir: out, logLevel: "warning", target: "es2022" };
  await build({
    ...shared,
    entryPoints: NAMES.map((name) => `${here}src/${name}.tsx`),
    format: "esm",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "none",
  });
  await build({ ...shared, entryPoints: [{ in: `${here}../ui/style/index.css`, out: "widgets" }] });
  for (const name of [...NAMES.map((each) => `${each}.js`), "widgets.css"]) {
    const text = readFileSync(`${out}${name}`);
    const size = gzipSync(text).length;
    console.log(`${name.padEnd(14)} ${String(text.length).padStart(8)} bytes ${String(size).padStart(7)} compressed`);
    if (size > MOST) {
      throw new Error(`${name} is ${size} bytes compressed; ${MOST} is the most`);
    }
  }
}
