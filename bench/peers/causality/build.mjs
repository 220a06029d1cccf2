// Bundles the page twice: as browsers run it, and with `async` compiled to promises, the only form in which zones can
// propagate the context. `node build.mjs FOLDER`

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>causality</title>
<link rel="icon" href="data:,">
<body>
<script type="module" src="bundle.js"></script>
`;

const here = import.meta.dirname;
for (const [name, target] of [["causality-otel-js", "es2022"], ["causality-otel-js-es2016", "es2016"]]) {
  const folder = join(process.argv[2], name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "index.html"), HTML);
  await build({
    entryPoints: [join(here, "app.js")],
    outfile: join(folder, "bundle.js"),
    nodePaths: [join(here, "../otel-js/node_modules")],
    bundle: true,
    minify: true,
    format: "esm",
    target,
    logLevel: "warning",
  });
  console.log(name);
}
