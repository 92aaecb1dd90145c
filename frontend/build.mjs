// Builds everything the browser loads into ../static_built/:
// design tokens -> CSS variables, icons named in templates and code -> one
// sprite, digits font, TypeScript and CSS bundles. Django hashes the result.
//
//   node build.mjs            once
//   node build.mjs --watch    again after every change

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);
const OUT = join(ROOT, "static_built");
const GENERATED = join(HERE, "generated");
const MODULES = join(HERE, "node_modules");

// Windows 7 ends at Chrome 109 and domestic browsers run older Chromium still.
const BROWSERS = ["chrome87", "firefox91", "safari15"];
// Bundles are loaded one by one: Django's manifest does not rewrite imports
// between files, so there is no code splitting.
const SCRIPTS = ["app", "form", "board", "charts", "pick", "review", "designer", "behalf", "evidence", "editor", "order", "visit", "minute", "passkey", "worker"];
const STYLES = ["app", "error"];
const ICON_SOURCES = ["templates", "gongjian", "orgs", "responsibilities", "assessments", "bulletins", "inspections", "meetings", "seminars", "commendations", "training", "publicity", "ledger", "frontend/src"];

const ICON_NAMES = {
  ".html": [/\{%\s*icon\s+"([a-z0-9-]+)"/g, /(?<![-\w])icon(?:_name)?="([a-z0-9-]+)"/g],
  ".py": [/(?<![-\w])icon\("([a-z0-9-]+)"/g, /icon: str = "([a-z0-9-]+)"/g, /(?<![-\w])icon="([a-z0-9-]+)"/g, /"icon": "([a-z0-9-]+)"/g],
  ".ts": [/(?<![-\w])icon\("([a-z0-9-]+)"/g],
};

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function writeTokens() {
  const { light, dark } = JSON.parse(readFileSync(join(HERE, "tokens.json"), "utf8"));
  const declare = (tokens) =>
    Object.entries(tokens)
      .map(([name, value]) => `--${name}:${value};`)
      .join("");
  const css = [
    `:root{color-scheme:light;${declare(light)}}`,
    `:root[data-theme="dark"]{color-scheme:dark;${declare(dark)}}`,
    `@media (prefers-color-scheme:dark){:root[data-theme="auto"]{color-scheme:dark;${declare(dark)}}}`,
    // Paper is always light, whatever the screen showed.
    `@media print{:root,:root[data-theme]{color-scheme:light;${declare(light)}}}`,
  ];
  writeFileSync(join(GENERATED, "tokens.css"), css.join("\n"));
}

function iconsNamed() {
  const places = new Map();
  for (const file of ICON_SOURCES.flatMap((folder) => filesBelow(join(ROOT, folder)))) {
    const patterns = Object.entries(ICON_NAMES).find(([ending]) => file.endsWith(ending))?.[1] ?? [];
    const text = patterns.length ? readFileSync(file, "utf8") : "";
    for (const pattern of patterns) {
      for (const [, name] of text.matchAll(pattern)) places.set(name, file);
    }
  }
  return places;
}

function symbol(name) {
  const svg = readFileSync(join(MODULES, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
  const drawing = svg
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/\s+/g, " ");
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawing}</symbol>`;
}

function drawIcons() {
  const places = iconsNamed();
  const missing = [];
  const symbols = [...places.keys()].sort().map((name) => {
    try {
      return symbol(name);
    } catch {
      missing.push(`${name} (${places.get(name)})`);
      return "";
    }
  });
  if (missing.length) throw new Error(`no Tabler icon of this name: ${missing.join(", ")}`);
  return symbols;
}

function copyAssets() {
  for (const weight of [500, 600]) {
    const font = `@fontsource/barlow/files/barlow-latin-${weight}-normal.woff2`;
    copyFileSync(join(MODULES, font), join(OUT, `barlow-${weight}.woff2`));
  }
  for (const image of readdirSync(join(HERE, "images"))) {
    copyFileSync(join(HERE, "images", image), join(OUT, image));
  }
}

/** Names the build by its sources, so that kept files of an earlier one are dropped. */
function buildName() {
  const hash = createHash("sha256");
  for (const file of [...filesBelow(join(HERE, "src")), ...filesBelow(join(HERE, "css"))].sort()) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 12);
}

async function bundle() {
  const shared = {
    define: { BUILD: JSON.stringify(buildName()) },
    bundle: true,
    minify: true,
    target: BROWSERS,
    outdir: OUT,
    logLevel: "warning",
    legalComments: "linked",
  };
  await Promise.all([
    esbuild.build({
      ...shared,
      entryPoints: SCRIPTS.map((name) => join(HERE, "src", `${name}.ts`)),
      format: "esm",
    }),
    esbuild.build({
      ...shared,
      entryPoints: STYLES.map((name) => join(HERE, "css", `${name}.css`)),
      // Left as written, so that Django's manifest storage can hash them.
      external: ["*.woff2", "*.svg"],
    }),
  ]);
}

async function build() {
  const started = Date.now();
  // First, so that a missing icon leaves the last good build alone.
  const icons = drawIcons();
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  mkdirSync(GENERATED, { recursive: true });
  writeTokens();
  writeFileSync(join(OUT, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${icons.join("")}</svg>`);
  copyAssets();
  await bundle();
  console.log(`front end built in ${Date.now() - started} ms, ${icons.length} icons`);
}

await build();

if (process.argv.includes("--watch")) {
  let timer;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => build().catch((error) => console.error(String(error))), 150);
  };
  for (const folder of ["css", "src", "images"]) watch(join(HERE, folder), { recursive: true }, again);
}
