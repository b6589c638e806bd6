/** Opening a bundle: every byte checked, from a copy where there is one. */

import { MANIFEST_FILE } from "../contract.js";
import { BundleError } from "../errors.js";
import { MANIFEST_BYTES } from "./bounds.js";
import { BundleCache } from "./bundle_cache.js";
import { type BundleSource, Unreachable } from "./bundle_source.js";
import { type FileEntry, type Manifest, readManifest, usedFiles } from "./manifest.js";
import { sha256Of } from "./sha256.js";

export interface Bundle {
  manifest: Manifest;
  /** Content by name of the files that translating needs. */
  files: Map<string, Uint8Array>;
  /** Their size in bytes. */
  size: number;
  /** Keeps a copy once the bundle has proved good; tells whether there is one. */
  keep: () => Promise<boolean>;
  /** Drops what was kept of a bundle that did not prove good. */
  drop: () => Promise<void>;
}

/**
 * Opens a bundle.
 *
 * @param onProgress Called with the bytes that are there and the bytes that there will
 *   be.
 * @throws BundleError where something is missing, damaged or too new.
 */
export async function openBundle(
  source: BundleSource,
  onProgress?: (loaded: number, total: number) => void,
): Promise<Bundle> {
  const content = await readManifestContent(source);
  const manifest = await readManifest(content);
  const openCache = () => BundleCache.open(source.url, content);
  const cache = source.isLocal ? undefined : await openCache();
  const names = usedFiles(manifest);
  const total = names.reduce((sum, name) => sum + manifest.files[name]!.size, 0);
  let loaded = 0;
  const onBytes = (count: number): void => {
    loaded += count;
    onProgress?.(loaded, total);
  };
  const drop = async (): Promise<void> => cache?.drop();
  let contents: Uint8Array[];
  try {
    contents = await Promise.all(
      names.map((name) =>
        readFile(name, manifest.files[name]!, source, cache, onBytes),
      ),
    );
  } catch (error) {
    // A copy that is whole may serve without a network again.
    if (!(error instanceof Unreachable)) await drop();
    throw error;
  }
  const checksums = names.map((name) => manifest.files[name]!.sha256);
  const keep = async (): Promise<boolean> => {
    if (cache) return cache.keepManifest(content, checksums);
    const copy = await openCache();
    if (!copy) return false;
    for (const [place, checksum] of checksums.entries()) {
      await copy.keepFile(checksum, contents[place]!);
    }
    const isKept = await copy.keepManifest(content, checksums);
    if (!isKept) await copy.remove(); // half of it serves nobody
    return isKept;
  };
  return {
    manifest,
    files: new Map(names.map((name, place) => [name, contents[place]!])),
    size: total,
    keep,
    drop,
  };
}

/**
 * Reads the manifest from the network, so that a newer export is noticed, else the
 * copy.
 */
async function readManifestContent(source: BundleSource): Promise<Uint8Array> {
  try {
    return await source.read(MANIFEST_FILE, MANIFEST_BYTES);
  } catch (error) {
    const copy =
      error instanceof Unreachable
        ? await BundleCache.readManifest(source.url)
        : undefined;
    if (copy === undefined) throw error;
    return copy;
  }
}

async function readFile(
  name: string,
  entry: FileEntry,
  source: BundleSource,
  cache: BundleCache | undefined,
  onBytes: (count: number) => void,
): Promise<Uint8Array> {
  const copy = await cache?.readFile(entry.sha256);
  if (copy && (await sha256Of(copy)) === entry.sha256) {
    onBytes(copy.length);
    return copy;
  }
  const content = await source.read(name, entry.size, onBytes);
  if (content.length !== entry.size) {
    throw new BundleError(
      `${name} is damaged: it has ${content.length} bytes, ${MANIFEST_FILE} says ` +
        `${entry.size}. Copy the bundle again.`,
    );
  }
  if ((await sha256Of(content)) !== entry.sha256) {
    throw new BundleError(
      `${name} is damaged: its sha256 differs from ${MANIFEST_FILE}. Copy the bundle again.`,
    );
  }
  await cache?.keepFile(entry.sha256, content);
  return content;
}
