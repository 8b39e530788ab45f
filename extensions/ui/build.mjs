/** Bundle the layout worker into a module that holds its text, so that no page has to fetch it. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
if (process.argv.includes("--clean")) {
  for (const folder of ["lib", "src/generated"]) {
    rmSync(`${here}${folder}`, { recursive: true, force: true });
  }
} else {
  const { outputFiles } = await build({
    entryPoints: [`${here}src/lineage/layout.worker.ts`],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
  });
  mkdirSync(`${here}src/generated`, { recursive: true });
  writeFileSync(`${here}src/generated/workerCode.ts`, `export const workerCode: string = ${JSON.stringify(outputFiles[0].text)};\n`);
}
