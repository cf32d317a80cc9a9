// Bundles the front end: node build.mjs OUTPUT. One entry per page kind, hashed names, manifest.json, .gz and .br twins.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { ICONS } from "./icons.mjs";

const output = path.resolve(process.argv[2] ?? "../../static/dist");
const fresh = `${output}.new`;
const ENTRIES = ["theme.js", "design.js", "design.css", "core.js", "core.css", "form.js", "list.js", "record.js", "admin.js", "admin.css", "import.js"];

await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
const result = await build({
  entryPoints: ENTRIES, outdir: fresh, bundle: true, minify: true, splitting: true, format: "esm", target: "es2022",
  entryNames: "[name]-[hash]", chunkNames: "c/[name]-[hash]", assetNames: "a/[name]-[hash]", metafile: true,
  legalComments: "linked", logLevel: "warning", loader: { ".svg": "dataurl", ".woff2": "file" },
});

const manifest = { entries: {}, icons: { file: "", names: ICONS }, texts: await collectTexts() };
for (const [file, made] of Object.entries(result.metafile.outputs)) {
  if (!made.entryPoint) continue;
  const relative = path.relative(fresh, path.resolve(file)).replaceAll(path.sep, "/");
  manifest.entries[made.entryPoint] = {
    file: relative,
    integrity: await integrity(path.resolve(file)),
    css: made.cssBundle ? path.relative(fresh, path.resolve(made.cssBundle)).replaceAll(path.sep, "/") : null,
    imports: made.imports.filter((i) => i.kind === "import-statement")
      .map((i) => path.relative(fresh, path.resolve(i.path)).replaceAll(path.sep, "/")),
  };
}

const sprite = await buildSprite();
const spriteFile = `icons-${createHash("sha256").update(sprite).digest("hex").slice(0, 8)}.svg`;
await writeFile(path.join(fresh, spriteFile), sprite);
manifest.icons.file = spriteFile;
await compress(fresh);
await writeFile(path.join(fresh, "manifest.json"), JSON.stringify(manifest, null, 1));
await rm(output, { recursive: true, force: true });
await rename(fresh, output);

// The English templates of t("…"): the server sends their translations along with the page.
async function collectTexts() {
  const found = new Set();
  const files = [...(await readdir("js")).map((name) => path.join("js", name)), ...(await readdir(".")).filter((name) => name.endsWith(".js"))];
  for (const file of files) {
    for (const match of (await readFile(file, "utf8")).matchAll(/\bt\("((?:[^"\\]|\\.)*)"/g)) found.add(JSON.parse(`"${match[1]}"`));
  }
  return [...found].sort();
}

async function integrity(file) {
  return `sha384-${createHash("sha384").update(await readFile(file)).digest("base64")}`;
}

// One <symbol> per icon that pages or YAML may name; @tabler/icons itself is thousands of files.
async function buildSprite() {
  const nodes = JSON.parse(await readFile("node_modules/@tabler/icons/tabler-nodes-outline.json", "utf8"));
  const symbols = ICONS.map((name) => {
    if (!nodes[name]) throw new Error(`There is no icon called ${name}`);
    const shapes = nodes[name].map(([tag, given]) =>
      `<${tag} ${Object.entries(given).map(([key, value]) => `${key}="${value}"`).join(" ")}/>`).join("");
    return `<symbol id="${name}" viewBox="0 0 24 24" stroke="currentColor" stroke-width="1.75" ` +
      `stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

async function compress(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) await compress(file);
    else if (/\.(js|css|svg)$/.test(entry.name)) {
      const bytes = await readFile(file);
      await writeFile(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      await writeFile(`${file}.br`, brotliCompressSync(bytes, {
        params: { [constants.BROTLI_PARAM_QUALITY]: process.env.JIMU_FAST_ASSETS ? 5 : 10 },
      }));
    }
  }
}
