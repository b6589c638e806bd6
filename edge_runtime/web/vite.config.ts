import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";
import { thirdPartyNotices } from "./third_party_notices.js";

/** Files that keep their names: others refer to them from outside. */
const FIXED_NAMES = ["translator", "service_worker"];

/** Everything that the page and its worker, a build of its own, are made of. */
const modules = new Set<string>();

function collectModules(): Plugin {
  return {
    name: "collect-modules",
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === "asset") continue;
        for (const module of file.moduleIds) modules.add(module);
      }
    },
  };
}

/** Adds the licences of all that is in the page; its worker is built by then. */
function addLicences(): Plugin {
  return {
    name: "add-licences",
    enforce: "post",
    generateBundle() {
      const source = thirdPartyNotices(modules);
      this.emitFile({ type: "asset", fileName: "licenses.txt", source });
    },
  };
}

/** Tells the service worker which files make the page. */
function listPageFiles(): Plugin {
  return {
    name: "list-page-files",
    enforce: "post",
    generateBundle(_options, bundle) {
      const worker = bundle["service_worker.js"];
      if (worker?.type !== "chunk") throw new Error("service_worker.js must be built.");
      const built = Object.keys(bundle).filter((name) => name !== "service_worker.js");
      // "./" is the page under its directory's address; `index.html` is the same file.
      const files = ["./", ...built, ...readdirSync("public")].sort();
      const contents = [
        ...Object.values(bundle).map((file) =>
          file.type === "chunk" ? file.code : file.source,
        ),
        ...readdirSync("public").map((name) => readFileSync(`public/${name}`)),
      ];
      const version = createHash("sha256");
      for (const content of contents) version.update(content);
      const name = `keras-s2s ${version.digest("hex").slice(0, 12)}`;
      worker.code =
        `const PAGE_FILES = ${JSON.stringify(files)};\n` +
        `const PAGE_NAME = "${name}";\n${worker.code}`;
      const page = bundle["index.html"];
      if (page?.type !== "asset") throw new Error("index.html must be built.");
      // By this the worker knows whether what answers is the page, and of which build.
      page.source = String(page.source).replace(
        "<head>",
        `<head>\n    <meta name="generator" content="${name}" />`,
      );
    },
  };
}

export default defineConfig({
  // Relative: the page works under any address.
  base: "./",
  plugins: [collectModules(), addLicences(), listPageFiles()],
  worker: { format: "es", plugins: () => [collectModules()] },
  build: {
    target: "es2022",
    // Small files too stay files, which a service worker can keep.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      preserveEntrySignatures: "exports-only",
      input: {
        index: "index.html",
        translator: "src/translator.ts",
        service_worker: "src/service_worker.ts",
      },
      output: {
        entryFileNames: ({ name }) =>
          FIXED_NAMES.includes(name) ? "[name].js" : "assets/[name]-[hash].js",
      },
    },
  },
  test: {
    include: ["tests/**/*.test.ts"],
  },
} as Parameters<typeof defineConfig>[0]);
