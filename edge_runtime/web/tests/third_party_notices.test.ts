import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { thirdPartyNotices } from "../third_party_notices.js";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "notices-"));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(path: string, content: string): string {
  const file = join(root, "node_modules", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

function makePackage(name: string, files: Record<string, string> = {}): string {
  write(
    `${name}/package.json`,
    JSON.stringify({ name, version: "1.2.3", license: "MIT" }),
  );
  for (const [file, content] of Object.entries(files))
    write(`${name}/${file}`, content);
  return write(`${name}/lib/index.js`, "");
}

test("every package is named once, with all its licences", () => {
  const first = makePackage("first", {
    LICENSE: "first's",
    "NOTICE.txt": "its notice",
  });
  const other = write("first/lib/other.js", "");
  const scoped = makePackage("@scope/second", { "licence.md": "second's" });
  const text = thirdPartyNotices([first, other, `${scoped}?url`]);
  expect(text.match(/first 1\.2\.3 \(MIT\)/g)).toHaveLength(1);
  expect(text).toContain("first's\n\nits notice");
  expect(text).toContain("@scope/second 1.2.3 (MIT)\n\nsecond's");
});

test("a package.json that only tells the kind of modules is not a package's", () => {
  makePackage("first", { LICENSE: "first's" });
  write("first/esm/package.json", '{"type": "module"}');
  const module = write("first/esm/index.js", "");
  expect(thirdPartyNotices([module])).toContain("first's");
});

test("what is not from a package is this project's own", () => {
  const text = thirdPartyNotices(["\0vite/helper", join(root, "src/main.ts")]);
  expect(text).not.toContain("====");
});

test("a package without a licence ends the build", () => {
  const module = makePackage("@scope/second");
  expect(() => thirdPartyNotices([module])).toThrow("notices/@scope-second-1.2.3");
});

test("what onnxruntime was compiled from is in the notices of its version", () => {
  const directory = join(import.meta.dirname, "../node_modules/onnxruntime-web");
  const text = thirdPartyNotices([join(directory, "dist/ort.wasm.min.mjs")]);
  const { version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  expect(text).toContain(`onnxruntime-web ${version} (MIT)`);
  for (const part of ["Microsoft", "flatbuffers", "protobuf", "Emscripten", "musl"]) {
    expect(text).toContain(part);
  }
});
