/**
 * Texts and their translations, kept on this device alone.
 *
 * They stand in Cache Storage, below the page's own address, where the service worker
 * can remove them with everything else once another program answers there.
 */

export interface HistoryEntry {
  /** Milliseconds since 1970. */
  time: number;
  sourceLanguage: string;
  targetLanguage: string;
  source: string;
  text: string;
}

const MOST_ENTRIES = 100;
/** Most characters of all entries together. */
const MOST_CHARACTERS = 500_000;

/** The service worker knows this beginning too. */
const nameOf = (directory: URL): string => `keras-s2s history ${directory}`;

export class HistoryStore {
  private readonly directory = new URL("./", document.baseURI);
  private readonly key = new URL("history.json", this.directory);
  private readonly name = nameOf(this.directory);
  /** One change after another. */
  private queue: Promise<unknown> = Promise.resolve();

  /** Returns what is kept, the latest first. */
  async read(): Promise<HistoryEntry[]> {
    try {
      const cache = await caches.open(this.name);
      const response = await cache.match(this.key);
      return response ? ((await response.json()) as HistoryEntry[]) : [];
    } catch {
      return []; // nothing can be kept here
    }
  }

  /** Adds a translation, in place of an earlier one of nearly the same text. */
  async add(entry: HistoryEntry): Promise<HistoryEntry[]> {
    return this.change((entries) => [
      entry,
      ...entries.filter((other, place) => !isReplaced(other, entry, place === 0)),
    ]);
  }

  async remove(entry: HistoryEntry): Promise<HistoryEntry[]> {
    return this.change((entries) =>
      entries.filter(
        ({ time, source }) => time !== entry.time || source !== entry.source,
      ),
    );
  }

  async clear(): Promise<void> {
    await this.change(() => []);
  }

  private change(
    edit: (entries: HistoryEntry[]) => HistoryEntry[],
  ): Promise<HistoryEntry[]> {
    const changed = this.queue.then(async () => {
      const entries = bounded(edit(await this.read()));
      try {
        if (entries.length === 0) await caches.delete(this.name);
        else {
          const cache = await caches.open(this.name);
          await cache.put(this.key, new Response(JSON.stringify(entries)));
        }
      } catch {
        // There is no room, or none is granted.
      }
      return entries;
    });
    this.queue = changed;
    return changed;
  }
}

function bounded(entries: readonly HistoryEntry[]): HistoryEntry[] {
  let characters = 0;
  return entries.slice(0, MOST_ENTRIES).filter(({ source, text }) => {
    characters += source.length + text.length;
    return characters <= MOST_CHARACTERS;
  });
}

/** Returns whether an entry is the same text, or the last one, which was edited. */
function isReplaced(
  other: HistoryEntry,
  { source, sourceLanguage, targetLanguage }: HistoryEntry,
  isLast: boolean,
): boolean {
  if (
    other.sourceLanguage !== sourceLanguage ||
    other.targetLanguage !== targetLanguage
  ) {
    return false;
  }
  return other.source === source || (isLast && isEdit(other.source, source));
}

/** Returns whether most of a text is as it was, at its beginning or at its end. */
export function isEdit(before: string, after: string): boolean {
  const shorter = Math.min(before.length, after.length);
  let first = 0;
  while (first < shorter && before[first] === after[first]) first++;
  let last = 0;
  while (last < shorter - first && before.at(-1 - last) === after.at(-1 - last)) last++;
  return first + last >= 0.7 * shorter;
}
