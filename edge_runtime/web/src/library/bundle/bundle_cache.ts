/**
 * Copies of bundles in the browser's Cache Storage, for use without a network.
 *
 * Files are kept under their SHA-256, so that a newer export on the server never mixes
 * with an older copy.
 */

import { MANIFEST_FILE } from "../contract.js";

export class BundleCache {
  private constructor(
    private readonly cache: Cache,
    private readonly url: URL,
  ) {}

  /** Opens the copies of the bundle at `url`, where the browser keeps any. */
  static async open(url: URL | undefined): Promise<BundleCache | undefined> {
    if (!url || !("caches" in globalThis)) return undefined;
    try {
      return new BundleCache(await caches.open(`keras-s2s bundle ${url}`), url);
    } catch {
      return undefined; // storage is switched off
    }
  }

  async readManifest(): Promise<string | undefined> {
    const response = await this.cache.match(this.manifestKey);
    return response?.text();
  }

  async readFile(sha256: string): Promise<Uint8Array | undefined> {
    const response = await this.cache.match(this.fileKey(sha256));
    return response && new Uint8Array(await response.arrayBuffer());
  }

  async keepFile(sha256: string, content: Uint8Array): Promise<void> {
    await this.keep(this.fileKey(sha256), content as Uint8Array<ArrayBuffer>);
  }

  /**
   * Keeps a manifest, once all its files are there, and drops every other file.
   *
   * @returns Whether the bundle can now be used without a network.
   */
  async keepManifest(text: string, files: readonly string[]): Promise<boolean> {
    const keys = files.map((sha256) => this.fileKey(sha256));
    await this.keep(this.manifestKey, text);
    const kept = (await this.cache.keys()).map((request) => request.url);
    const wanted = [this.manifestKey, ...keys];
    for (const key of kept) if (!wanted.includes(key)) await this.cache.delete(key);
    return wanted.every((key) => kept.includes(key));
  }

  private async keep(key: string, content: BodyInit): Promise<void> {
    try {
      await this.cache.put(key, new Response(content));
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
