/**
 * Copies of bundles in the browser's Cache Storage, for use without a network.
 *
 * Each copy has a cache of its own, named after the SHA-256 of its manifest, and within
 * it files are kept under theirs: a newer export never mixes with an older copy.
 */

import { MANIFEST_FILE } from "../contract.js";
import { readManifest, usedFiles } from "./manifest.js";
import { sha256Of } from "./sha256.js";

/** A bundle of which the browser keeps a copy. */
export interface KeptBundle {
  /** Address that the copy is kept under. */
  address: string;
  sourceLanguage: string;
  targetLanguage: string;
  /** Bytes of the files that translating needs. */
  size: number;
}

export class BundleCache {
  private constructor(
    private readonly cache: Cache,
    private readonly name: string,
    private readonly url: URL,
  ) {}

  /**
   * Opens the copy of the bundle at `url` with this manifest, where the browser keeps
   * any.
   */
  static async open(
    url: URL | undefined,
    manifest: Uint8Array,
  ): Promise<BundleCache | undefined> {
    if (!url || !("caches" in globalThis)) return undefined;
    try {
      const name = prefixOf(url) + (await sha256Of(manifest));
      return new BundleCache(await caches.open(name), name, url);
    } catch {
      return undefined; // storage is switched off
    }
  }

  /** Returns the manifest of the copy that was kept last, where there is one. */
  static async readManifest(url: URL | undefined): Promise<Uint8Array | undefined> {
    if (!url || !("caches" in globalThis)) return undefined;
    const names = await namesOf(url);
    for (const name of names.reverse()) {
      const cache = await caches.open(name);
      const response = await cache.match(new URL(MANIFEST_FILE, url));
      if (response) return new Uint8Array(await response.arrayBuffer());
    }
    return undefined;
  }

  async readFile(sha256: string): Promise<Uint8Array | undefined> {
    const response = await this.cache.match(this.fileKey(sha256));
    return response && new Uint8Array(await response.arrayBuffer());
  }

  async keepFile(sha256: string, content: Uint8Array): Promise<void> {
    await this.keep(this.fileKey(sha256), content);
  }

  /**
   * Keeps a manifest, once all its files are there, and drops the copies of every other
   * bundle from the same address.
   *
   * @returns Whether the bundle can now be used without a network.
   */
  async keepManifest(manifest: Uint8Array, files: readonly string[]): Promise<boolean> {
    await this.keep(this.manifestKey, manifest);
    const kept = (await this.cache.keys()).map((request) => request.url);
    for (const name of await namesOf(this.url)) {
      if (name !== this.name) await caches.delete(name);
    }
    const wanted = [this.manifestKey, ...files.map((sha256) => this.fileKey(sha256))];
    return wanted.every((key) => kept.includes(key));
  }

  async remove(): Promise<void> {
    await caches.delete(this.name);
  }

  /** Drops what was kept of a bundle that did not prove good, now or earlier. */
  async drop(): Promise<void> {
    if (!(await this.cache.match(this.manifestKey))) await caches.delete(this.name);
  }

  private async keep(key: string, content: Uint8Array): Promise<void> {
    try {
      await this.cache.put(key, new Response(content as Uint8Array<ArrayBuffer>));
    } catch {
      // No room: the bundle works, with a network.
    }
  }

  private get manifestKey(): string {
    return new URL(MANIFEST_FILE, this.url).href;
  }

  private fileKey(sha256: string): string {
    return new URL(`sha256-${encodeURIComponent(sha256)}`, this.url).href;
  }
}

/** The service worker knows this beginning too. */
const BEGINNING = "keras-s2s bundle ";

function prefixOf(url: URL): string {
  return `${BEGINNING}${url} `;
}

/**
 * Returns the bundles that are kept below an address, whole ones alone, by their
 * languages.
 */
export async function keptBundles(directory: URL): Promise<KeptBundle[]> {
  if (!("caches" in globalThis)) return [];
  const found: KeptBundle[] = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(BEGINNING + directory)) continue;
    const address = name.slice(BEGINNING.length, name.lastIndexOf(" "));
    const bundle = await readKept(await caches.open(name), address);
    if (bundle) found.push(bundle);
  }
  const key = ({ sourceLanguage, targetLanguage, address }: KeptBundle): string =>
    [sourceLanguage, targetLanguage, address].join(" ");
  return found.sort((first, second) => (key(first) < key(second) ? -1 : 1));
}

/** Removes all copies that are kept under an address. */
export async function removeKept(address: string): Promise<void> {
  for (const name of await namesOf(new URL(address))) await caches.delete(name);
}

async function readKept(
  cache: Cache,
  address: string,
): Promise<KeptBundle | undefined> {
  const response = await cache.match(new URL(MANIFEST_FILE, address));
  if (!response) return undefined;
  try {
    const content = new Uint8Array(await response.arrayBuffer());
    const manifest = await readManifest(content);
    const { sourceLanguage, targetLanguage, files } = manifest;
    const size = usedFiles(manifest).reduce((sum, name) => sum + files[name]!.size, 0);
    return { address, sourceLanguage, targetLanguage, size };
  } catch {
    return undefined; // of another release
  }
}

async function namesOf(url: URL): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(prefixOf(url)));
}
