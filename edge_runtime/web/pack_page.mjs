// Compresses the built page into `edge_runtime/web_page`, which the wheel carries.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

const BUILT = join(import.meta.dirname, "dist");
const PACKED = join(import.meta.dirname, "..", "web_page");
const COMPRESSED_ALREADY = /\.png$/;

rmSync(PACKED, { recursive: true, force: true });
let size = 0;
for (const entry of readdirSync(BUILT, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = join(entry.parentPath, entry.name);
  const name = file.slice(BUILT.length + 1);
  const asIs = COMPRESSED_ALREADY.test(name);
  const content = asIs
    ? readFileSync(file)
    : gzipSync(readFileSync(file), { level: 9 });
  const target = join(PACKED, asIs ? name : `${name}.gz`);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
  size += content.length;
}
console.log(`packed ${(size / 1e6).toFixed(2)} MB into web_page`);
