import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const NOTICES = join(import.meta.dirname, "notices");
const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i;
const BEGINNING = `This page is part of keras-s2s, licensed under the Apache License, version 2.0:
https://www.apache.org/licenses/LICENSE-2.0

It contains the following software.
`;

/**
 * The licences of all packages that modules of a build are from, as one text.
 *
 * They are read from the package, or else from the folder `notices/NAME-VERSION`: some
 * packages carry no licence, nor those of what they were compiled from.
 */
export function thirdPartyNotices(modules: Iterable<string>): string {
  const directories = new Set<string>();
  for (const module of modules) {
    const directory = packageDirectory(module);
    if (directory !== undefined) directories.add(directory);
  }
  const parts = [...directories].sort().map((directory) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(directory, "package.json"), "utf8"),
    );
    const texts = licenceTexts(directory, `${name.replace("/", "-")}-${version}`);
    return `${"=".repeat(80)}\n${name} ${version} (${license})\n\n${texts.join("\n\n")}\n`;
  });
  return [BEGINNING, ...parts].join("\n");
}

/** The directory of the package a module is from, where it is not one of this project. */
function packageDirectory(module: string): string | undefined {
  const path = module.replace(/^\0/, "").replace(/\?.*$/, "");
  if (!path.includes("/node_modules/")) return undefined;
  let directory = dirname(path);
  // Within a package there may be a package.json that only tells the kind of modules.
  while (!isPackage(directory)) directory = dirname(directory);
  return directory;
}

function isPackage(directory: string): boolean {
  const file = join(directory, "package.json");
  return existsSync(file) && "version" in JSON.parse(readFileSync(file, "utf8"));
}

function licenceTexts(directory: string, nameAndVersion: string): string[] {
  const kept = join(NOTICES, nameAndVersion);
  const files = existsSync(kept)
    ? readdirSync(kept).map((file) => join(kept, file))
    : readdirSync(directory)
        .filter((file) => LICENSE_FILE.test(file))
        .map((file) => join(directory, file));
  if (files.length === 0) {
    throw new Error(
      `${nameAndVersion} must come with its licence. Received: none. Put it, and those ` +
        `of what it was compiled from, into notices/${nameAndVersion}. For ` +
        "onnxruntime-web they are in the Python package onnxruntime of that version.",
    );
  }
  return files.sort().map((file) => readFileSync(file, "utf8").trim());
}
