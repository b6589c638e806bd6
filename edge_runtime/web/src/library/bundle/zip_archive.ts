/**
 * The files of a zip, bounded; see `edge_runtime/bundle/bundle_files.py`, which refuses
 * the same.
 *
 * Nothing is unpacked but what is asked for, and never more of it than it should be.
 */

import { MANIFEST_FILE } from "../contract.js";
import { BundleError } from "../errors.js";
import { ARCHIVE_ENTRIES, UNPACKED_PER_BYTE } from "./bounds.js";

const END = [0x50, 0x4b, 0x05, 0x06];
const END_BYTES = 22;
const LONGEST_COMMENT = 2 ** 16 - 1;
/** Begins what large zip files, of more than 4 GB or 65,535 entries, have before END. */
const LOCATOR = 0x07064b50;
const LOCATOR_BYTES = 20;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
/** Most bytes of the directory per entry: 46, and a name, a comment, extra fields. */
const MOST_ENTRY_BYTES = 1024;
const HEADER = 0x04034b50;
const HEADER_BYTES = 30;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
/** Bytes that any entry may unpack to. */
const SMALLEST_RATIO_CHECKED = 2 ** 16;
/** Where macOS puts what it knows about the files of an archive. */
const FOREIGN_FOLDER = "__MACOSX";

interface Entry {
  name: string;
  method: number;
  /** Bytes in the archive. */
  packed: number;
  /** Bytes of the file. */
  size: number;
  /** Where its header begins. */
  place: number;
}

export class ZipArchive {
  private constructor(
    private readonly content: Blob,
    private readonly entries: ReadonlyMap<string, Entry>,
    private readonly folder: string,
  ) {}

  /**
   * Reads the directory of a zip file.
   *
   * @throws BundleError where it is damaged, or holds what no bundle does.
   */
  static async open(content: Blob): Promise<ZipArchive> {
    const entries = new Map<string, Entry>();
    for (const entry of await readDirectory(content)) {
      checkName(entry.name);
      if (entries.has(entry.name)) throw damaged(`it holds ${entry.name} twice`);
      entries.set(entry.name, entry);
    }
    checkPlaces([...entries.values()]);
    return new ZipArchive(content, entries, folderOf([...entries.keys()]));
  }

  /** Returns the size of one file in bytes, or `undefined` where there is none. */
  sizeOf(name: string): number | undefined {
    return this.entries.get(this.folder + name)?.size;
  }

  /** Returns the content of one file that is there; it may be longer than it should. */
  async stream(name: string): Promise<ReadableStream<Uint8Array>> {
    const entry = this.entries.get(this.folder + name)!;
    const { place, packed, method } = entry;
    const header = await viewOf(this.content, place, HEADER_BYTES);
    const nameLength = header.getUint16(26, true);
    const named = await viewOf(this.content, place + HEADER_BYTES, nameLength);
    if (
      header.getUint32(0, true) !== HEADER ||
      new TextDecoder().decode(named) !== entry.name
    ) {
      throw damaged(`${name} is not in place`);
    }
    const begin = place + HEADER_BYTES + nameLength + header.getUint16(28, true);
    const part = this.content.slice(begin, begin + packed).stream();
    if (method === STORED) return part;
    return part.pipeThrough(new DecompressionStream("deflate-raw"));
  }
}

async function readDirectory(content: Blob): Promise<Entry[]> {
  const tail = Math.max(0, content.size - END_BYTES - LONGEST_COMMENT - LOCATOR_BYTES);
  const bytes = new Uint8Array(await content.slice(tail).arrayBuffer());
  let end = bytes.length - END_BYTES;
  while (end >= 0 && !END.every((byte, place) => bytes[end + place] === byte)) end--;
  if (end < 0) throw damaged("it has no directory");
  const view = new DataView(bytes.buffer);
  const count = view.getUint16(end + 10, true);
  const length = view.getUint32(end + 12, true);
  const locator = end - LOCATOR_BYTES;
  const isLarge = locator >= 0 && view.getUint32(locator, true) === LOCATOR;
  if (
    isLarge ||
    count > ARCHIVE_ENTRIES ||
    length > ARCHIVE_ENTRIES * MOST_ENTRY_BYTES
  ) {
    throw tooMany();
  }
  const begin = tail + end - length;
  // What stands before the archive, if anything, is not counted in its places.
  const before = begin - view.getUint32(end + 16, true);
  if (begin < 0 || before < 0) throw damaged("its directory is not in place");
  return readEntries(await viewOf(content, begin, length), before);
}

function readEntries(directory: DataView, before: number): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  while (at < directory.byteLength) {
    const left = directory.byteLength - at;
    if (left < ENTRY_BYTES || directory.getUint32(at, true) !== ENTRY) {
      throw damaged("its directory is cut");
    }
    const nameLength = directory.getUint16(at + 28, true);
    const rest =
      directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
    if (left < ENTRY_BYTES + nameLength + rest) throw damaged("its directory is cut");
    const name = new Uint8Array(
      directory.buffer,
      directory.byteOffset + at + ENTRY_BYTES,
      nameLength,
    );
    entries.push({
      name: new TextDecoder().decode(name),
      method: methodOf(directory, at),
      packed: directory.getUint32(at + 20, true),
      size: directory.getUint32(at + 24, true),
      place: before + directory.getUint32(at + 42, true),
    });
    // The end of the directory may say fewer than there are.
    if (entries.length > ARCHIVE_ENTRIES) throw tooMany();
    at += ENTRY_BYTES + nameLength + rest;
  }
  return entries;
}

function methodOf(directory: DataView, at: number): number {
  const method = directory.getUint16(at + 10, true);
  const isEncrypted = (directory.getUint16(at + 8, true) & ENCRYPTED) !== 0;
  if (isEncrypted || (method !== STORED && method !== DEFLATED)) {
    throw damaged("its files must be stored or deflated, and not encrypted");
  }
  return method;
}

function checkName(name: string): void {
  const parts = name.replace(/\/$/, "").split("/");
  if (
    /[\\:\0]/.test(name) ||
    parts.some((part) => part === "" || part === "." || part === "..")
  ) {
    throw damaged(`it must hold plain file names, not ${JSON.stringify(name)}`);
  }
}

/** Refuses entries that share bytes, or unpack to much more than they have. */
function checkPlaces(entries: readonly Entry[]): void {
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.place - b.place)) {
    if (entry.place < end) throw damaged("it holds two files in the same bytes");
    const name = new TextEncoder().encode(entry.name).length;
    end = entry.place + HEADER_BYTES + name + entry.packed;
    const most = Math.max(UNPACKED_PER_BYTE * entry.packed, SMALLEST_RATIO_CHECKED);
    if (entry.size > most) {
      throw new BundleError(
        `${entry.name} must not unpack to more than ${UNPACKED_PER_BYTE} times its ` +
          `bytes. Received: ${entry.size} of ${entry.packed}.`,
      );
    }
  }
}

function folderOf(names: readonly string[]): string {
  if (names.includes(MANIFEST_FILE)) return "";
  const folders = names
    .filter((name) => /^[^/]+\/[^/]+$/.test(name) && name.endsWith(`/${MANIFEST_FILE}`))
    .filter((name) => !name.startsWith(FOREIGN_FOLDER))
    .map((name) => name.slice(0, -MANIFEST_FILE.length));
  if (folders.length > 1) {
    throw new BundleError(
      `the zip file must hold one bundle. Received: ${folders.sort().join(", ")}.`,
    );
  }
  return folders[0] ?? "";
}

async function viewOf(content: Blob, begin: number, length: number): Promise<DataView> {
  const bytes = await content.slice(begin, begin + length).arrayBuffer();
  if (bytes.byteLength < length) throw damaged("it is cut");
  return new DataView(bytes);
}

function tooMany(): BundleError {
  return new BundleError(
    `the file must be a zip file of at most ${ARCHIVE_ENTRIES} entries.`,
  );
}

function damaged(reason: string): BundleError {
  return new BundleError(`the file is no undamaged zip file: ${reason}.`);
}
