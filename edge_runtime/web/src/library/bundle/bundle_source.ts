/** Where the files of a bundle come from: a web address, or one zip file. */

import { MANIFEST_FILE } from "../contract.js";
import { BundleError, messageOf } from "../errors.js";
import { MANIFEST_BYTES } from "./bounds.js";
import { sha256Of } from "./sha256.js";
import { ZipArchive } from "./zip_archive.js";

export interface BundleSource {
  /**
   * Returns the content of one file.
   *
   * @param largest Bytes after which reading stops: the file is not what it should be.
   * @param onBytes Called with the number of bytes of every part that arrives.
   */
  read(
    name: string,
    largest: number,
    onBytes?: (count: number) => void,
  ): Promise<Uint8Array>;
  /** Address under which a copy is kept; `undefined` where none is to be kept. */
  readonly url: URL | undefined;
  /**
   * Whether all of it is on this device already: nothing is kept of it before it has
   * proved good.
   */
  readonly isLocal: boolean;
}

/** The network is away: there is no answer at all, not even a bad one. */
export class Unreachable extends BundleError {}

/** A directory on a web server. */
export function directorySource(url: URL): BundleSource {
  return {
    url,
    isLocal: false,
    async read(name, largest, onBytes) {
      const address = new URL(encodeURIComponent(name), url);
      let response: Response;
      try {
        response = await fetch(address, { cache: "no-cache" });
      } catch {
        throw new Unreachable(
          `${name} cannot be fetched: there is no connection to ${url.host}.`,
        );
      }
      if (!response.ok || !response.body) {
        throw new BundleError(
          `there is no bundle at ${url}: ${name} answers with status ${response.status}.`,
        );
      }
      try {
        return await readStream(response.body, name, largest, onBytes);
      } catch (error) {
        if (error instanceof BundleError) throw error;
        throw new Unreachable(
          `${name} was not fetched in full: the connection broke off.`,
        );
      }
    },
  };
}

/** The copy that the browser keeps of a bundle; nobody is asked for more. */
export function keptSource(url: URL): BundleSource {
  return {
    url,
    isLocal: false,
    async read(name) {
      throw new Unreachable(
        `the browser no longer has ${name} of it. Add the bundle again.`,
      );
    },
  };
}

/**
 * The same files in one zip.
 *
 * @param directory Address below which a copy is kept, under the name of its content.
 */
export async function zipSource(content: Blob, directory?: URL): Promise<BundleSource> {
  const archive = await ZipArchive.open(content);
  const source: BundleSource = {
    url: undefined,
    isLocal: true,
    async read(name, largest, onBytes) {
      const size = archive.sizeOf(name);
      if (size === undefined)
        throw new BundleError(`the zip file is no bundle: it has no ${name}.`);
      if (size > largest) throw tooLong(name, largest);
      try {
        return await readStream(await archive.stream(name), name, size, onBytes);
      } catch (error) {
        if (error instanceof BundleError) throw error;
        throw new BundleError(`${name} is damaged: ${messageOf(error)}.`);
      }
    },
  };
  if (!directory) return source;
  const manifest = await source.read(MANIFEST_FILE, MANIFEST_BYTES);
  return { ...source, url: new URL(`${await sha256Of(manifest)}/`, directory) };
}

/** Reads to the end, or until there is more than there should be. */
async function readStream(
  body: ReadableStream<Uint8Array>,
  name: string,
  largest: number,
  onBytes?: (count: number) => void,
): Promise<Uint8Array> {
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    size += part.value.length;
    onBytes?.(part.value.length);
    if (size > largest) {
      await reader.cancel();
      throw tooLong(name, largest);
    }
  }
  const content = new Uint8Array(size);
  let position = 0;
  for (const part of parts) {
    content.set(part, position);
    position += part.length;
  }
  return content;
}

function tooLong(name: string, largest: number): BundleError {
  return new BundleError(`${name} is damaged: it has more than ${largest} bytes.`);
}
