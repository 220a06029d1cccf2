// Bundles a page for each SDK: `node build.mjs FOLDER`.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const PAGES = {
  empty: "empty.js",
  "otel-js": "otel-js/otel-js.js",
  "otel-js-json": "otel-js/otel-js-json.js",
  "otel-browser": "otel-browser/otel-browser.js",
  honeycomb: "honeycomb/honeycomb.js",
  faro: "faro/faro.js",
  elastic: "elastic/elastic.js",
  sentry: "sentry/sentry.js",
};

// The pages differ in their bundles only.
const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>bench</title>
<link rel="icon" href="data:,">
<script type="module" src="bundle.js"></script>
<body><button>Like</button>
`;

const folder = process.argv[2];
for (const [name, source] of Object.entries(PAGES)) {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, "index.html"), HTML);
  await build({
    entryPoints: [join(import.meta.dirname, source)],
    outfile: join(folder, name, "bundle.js"),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  console.log(name);
}
